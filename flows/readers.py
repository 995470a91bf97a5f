"""What the stories about posts share: a post, and those who asked to be told of it."""

from dataclasses import dataclass
from functools import partial

from domains import account, blog

from .engine.deliveries import mail
from .engine.effects import Call, effect
from .engine.store import within


@dataclass(frozen=True, slots=True)
class Published:
    """What a story takes from `Create blog.post`."""

    post: int
    title: str
    urgent: bool
    newsletter: bool


@effect("blog.mail_readers@1", "tx")
async def mail_readers(call: Call, *, template: str, post: int) -> dict[str, int]:
    """The post as it is by now: to nobody, when it was taken down meanwhile."""
    found = await blog.post(call.db, post)
    readers = list(await account.readers(call.db)) if found.is_published else []
    about = {"post": found.id, "title": found.title, "slug": found.slug}
    return await within(call.db, partial(mail, call=call, to=readers, template=template, about=about))
