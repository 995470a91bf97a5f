"""What programs are told of a post and of the co-op itself."""

from datetime import datetime
from typing import Any

from domains import blog
from domains.values import in_address
from fragments.meta import MARKDOWN, SCHEMA, Form, Meta, feeds
from fragments.view import View


def of_site(view: View) -> Meta:
    """For the home page."""
    us = _organization(view)
    site: dict[str, Any] = {"@type": "WebSite", "@id": f"{view.site.url}/#site", **_named(view)}
    site |= {"inLanguage": view.site.language, "publisher": {"@id": us["@id"]}}
    said = {"slogan": view.site.motto, "description": view.site.about}
    us |= {name: value for name, value in said.items() if value}
    return Meta("/", feeds("/blog", view.site.name), about={"@context": SCHEMA, "@graph": [site, us]})


def of_list(view: View, path: str, title: str, listing: blog.Listing, kind: str = "website") -> Meta:
    """For one page of a list; `path` is of its first."""
    here = f"{path}?page={listing.page}" if listing.page > 1 else path
    return Meta(here, feeds("/blog" if path == "/blog/news" else path, f"{view.site.name}: {title}"), kind)


def of_post(view: View, post: blog.Post) -> Meta:
    """Nothing of its words but its summary."""
    times = {"published": _exact(post.published or post.updated), "modified": _exact(post.updated)}
    facts = {f"article:{name}_time": [when] for name, when in times.items()} | {"article:tag": post.topics}
    forms = Form(MARKDOWN, f"/{post.slug}.md"), *feeds("/blog", view.site.name)
    return Meta(f"/{post.slug}", forms, "article", facts, _article(view, post, times))


def _article(view: View, post: blog.Post, times: dict[str, str]) -> dict[str, Any]:
    """A page that stays is a WebPage."""
    said: dict[str, Any] = {"@context": SCHEMA, "@type": "Article" if post.kind == "post" else "WebPage"}
    said |= {"headline": post.title, "name": post.title, "url": f"{view.site.url}/{post.slug}"}
    said |= {"datePublished": times["published"], "dateModified": times["modified"]}
    said |= {"inLanguage": view.site.language, "isAccessibleForFree": post.visibility == "public"}
    said["publisher"] = _organization(view)
    if post.authors:
        said["author"] = [_person(view, name, post) for name in post.authors]
    said |= {"description": post.excerpt} if post.excerpt else {}
    return said | ({"keywords": post.topics} if post.topics else {})


def _person(view: View, name: str, post: blog.Post) -> dict[str, str]:
    """With the list of what they wrote; a page is in none."""
    listed = {"url": f"{view.site.url}/blog/author/{in_address(name)}"} if post.kind == "post" else {}
    return {"@type": "Person", "name": name} | listed


def _organization(view: View) -> dict[str, str]:
    return {"@type": "Organization", "@id": f"{view.site.url}/#organization", **_named(view)}


def _named(view: View) -> dict[str, str]:
    return {"name": view.site.name, "url": f"{view.site.url}/"}


def _exact(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
