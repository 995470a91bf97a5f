"""A post or a page as it comes from Ghost, the same from an export as from its Admin API."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from domains.check import FIRST, LAST, Check
from domains.errors import say

from .addresses import at_home
from .nodes import rendered
from .unlike import FOR_ALL, MOST_EXCERPT, MOST_TITLE, of_post
from .words import line, text

MOST_NAME, MOST_TAG = 80, 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Arrived:
    id: str
    """Ghost's own: 24 hexadecimal digits."""
    title: str
    slug: str
    kind: str
    """post or page."""
    html: str
    """With paths in place of the old site's own addresses."""
    status: str
    """draft, scheduled or published."""
    visibility: str
    """public or members."""
    featured: bool = False
    tags: tuple[str, ...] = ()
    """Those that readers see, in Ghost's order; internal ones stay there."""
    authors: tuple[str, ...] = ()
    excerpt: str = ""
    cover: str = ""
    """The address of a picture."""
    cover_alt: str = ""
    published: datetime | None = None
    """When it was, or is to be."""
    updated: datetime = EPOCH
    canonical: str = ""
    notes: tuple[str, ...] = ()
    """What could not be read of it."""

    @property
    def hash(self) -> str:
        """SHA-256 of all that came."""
        said = {name: value for name, value in asdict(self).items() if name != "notes"}
        return sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def from_api(post: Mapping[str, Any], site: str = "") -> Arrived:
    """Of the Admin API (`formats=html,lexical&include=tags,authors`); `site` is where that Ghost is asked.

    Raises ValueError for what has no id.
    """
    kind = "page" if post.get("page") is True or post.get("type") == "page" else "post"
    sites = (read_at(post, site), site)
    return arrived(post, _dicts(post.get("tags")), _dicts(post.get("authors")), sites, kind)


def read_at(post: Mapping[str, Any], site: str) -> str:
    """Where its readers find the site of a Ghost that is asked at `site`: maybe at another host, as each of its posts
    says; in the same folder."""
    try:
        asked, said = urlsplit(site), urlsplit(line(post.get("url"), 2000))
    except ValueError:
        return site
    is_whole = said.scheme in ("http", "https") and said.netloc
    return f"{said.scheme}://{said.netloc}{asked.path}".rstrip("/") if is_whole else site


def written(moment: datetime) -> str:
    """As Ghost writes it; it knows whole seconds."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


def arrived(
    post: Mapping[str, Any],
    tags: Sequence[Mapping[str, Any]],
    authors: Sequence[Mapping[str, Any]],
    sites: Sequence[str],
    kind: str,
) -> Arrived:
    """Whatever is in it, it can be kept; `sites` are the addresses of its own. Raises ValueError for what has no id."""
    if not (id := line(post.get("id"), 40)):
        raise ValueError("a post without an id")
    html, left_out = _html(post)
    public = [line(tag.get("name"), MOST_TAG) for tag in tags if not is_internal(tag)]
    notes = [say("Not all of it can be read here: {parts}.").format(parts=", ".join(left_out))] if left_out else []
    if len(public) < len(tags):
        notes.append(say("Its internal tags are left out: here they would be for everybody to see."))
    notes += of_post(post, html)
    sent, published = post.get("status") == "sent", _moment(post.get("published_at"))
    status = "published" if sent else str(post.get("status"))
    return Arrived(
        id,
        line(post.get("title"), MOST_TITLE) or "Untitled",
        line(post.get("slug"), 200),
        kind,
        at_home(html, *sites),
        status if status in ("published", "scheduled") else "draft",
        "public" if post.get("visibility", FOR_ALL) == FOR_ALL and not sent else "members",
        bool(post.get("featured")),
        tuple(dict.fromkeys(filter(None, public))),
        tuple(dict.fromkeys(filter(None, (line(author.get("name"), MOST_NAME) for author in authors)))),
        line(post.get("custom_excerpt"), MOST_EXCERPT),
        at_home(line(post.get("feature_image"), 2000), *sites),
        line(post.get("feature_image_alt"), 400),
        published,
        _moment(post.get("updated_at")) or published or _moment(post.get("created_at")) or EPOCH,
        _web(post.get("canonical_url")),
        tuple(notes),
    )


def _html(post: Mapping[str, Any]) -> tuple[str, list[str]]:
    """A draft may have none yet, and is made of what it was written in; and what of that nobody can read here."""
    html = text(post.get("html"))
    return (html, []) if html.strip() else rendered(post.get("lexical"), post.get("mobiledoc"))


def _web(said: Any) -> str:
    """A whole address; empty for whatever is none."""
    check = Check()
    found = check.web_address("", line(said, 2000))
    return "" if check.wrong else found


def is_internal(tag: Mapping[str, Any]) -> bool:
    return tag.get("visibility") == "internal" or str(tag.get("name", "")).startswith("#")


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _moment(said: Any) -> datetime | None:
    """An ISO 8601 date, as MySQL writes it too, or milliseconds since 1970; None for nonsense."""
    try:
        if isinstance(said, (int, float)) and not isinstance(said, bool):
            moment = datetime.fromtimestamp(said / 1000, UTC)
        else:
            moment = datetime.fromisoformat(str(said))
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if FIRST <= moment.date() <= LAST else None
