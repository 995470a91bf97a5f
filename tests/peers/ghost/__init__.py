"""A real Ghost 6, in production mode, that this machine alone can reach, in a folder that is thrown away.

`python -m tests.peers.ghost` brings it. What it does, as it was seen to:

A webhook is called once, within two seconds or never: what fails is tried no more, and the next event calls it again;
one that answers 410 is struck off. It sends `{"event": …, "post": {"current": …, "previous": …}}`: all that the API
tells of it but its lexical, and of `previous` what has changed; of a deleted one `current` is empty. `page.…` has
`page`, `site.changed` nothing. Its header `x-ghost-signature: sha256=…, t=…` is the HMAC of the body and the digits
of `t`, which are milliseconds. Several events tell of one change, in any order. A tag's new name calls `tag.edited`
alone, an import calls nothing.

A key of an integration reads settings, posts, pages, tags, users; it can neither export nor import, nor list
webhooks. A list has at most 100, whatever was asked for. A date in a filter is `2026-11-30 12:11:38`: with `T` and
`Z` it finds nothing, and says so to nobody. `updated_at` has whole seconds; a change of tags leaves it as it was, and
so does an import, which brings back what its file says. A PUT needs it, and is answered 409 `UPDATE_COLLISION` where
it is another's. Ghost's importer answers before it has begun, and its log tells how it went; one address that is none
undoes all of it, and a user with `roles` in the file is passed over. It gives new ids, and an internal tag, `#Import
…`; of a post that has only `html` it makes lexical, and of that other HTML: the words of a callout are lost.
"""

from .server import Ghost

__all__ = ["Ghost"]
