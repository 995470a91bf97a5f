"""What can be asked of the owner of a data folder, one function each: `(house, say, …)`; `say(done, of, what)`."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from domains import account
from domains import site as sites
from domains.check import Check
from domains.errors import say as words
from domains.values import slug_of

from . import drilling, leaving, restoring, steering, taking_over
from .addresses import address
from .arriving import arriving
from .control import Say
from .coop import Coop
from .keys import Sealer, new_keys, public_pem
from .registry import Entry
from .trouble import Trouble

if TYPE_CHECKING:
    from .main import House


async def create_coop(
    house: "House", say: Say, *, url: str, steward: str, slug: str = "", sample: bool = False, **facts: str
) -> dict[str, str]:
    """A new file, its keys and its first steward; known to the registry when all of that is kept.

    `facts` are of `site.Facts`. Raises Trouble, Invalid.
    """
    described = sites.Facts(**facts)
    entry = _entry(described, url, steward, slug)
    async with arriving(house, entry) as coop:
        sign_in = await _furnish(house, coop, entry, described, steward)
        if sample:
            from .sample import fill

            await fill(coop)
    return {"id": entry.id, "slug": entry.slug, "url": entry.url, "sign_in_url": sign_in}


async def list_coops(house: "House", say: Say) -> list[dict[str, str]]:
    return [{"id": entry.id, "slug": entry.slug, "url": entry.url} for entry in house.registry.all()]


async def migrate(house: "House", say: Say) -> dict[str, int]:
    """Every file to the newest version; one that is from a newer Rose Ash, or asleep, is left, and counted."""
    counts = {"upgraded": 0, "current": 0, "newer": 0, "asleep": 0}
    entries = house.registry.all()
    for number, entry in enumerate(entries):
        say(number, len(entries), entry.slug)
        counts[await house.tenants.upgrade(entry.id)] += 1
    say(len(entries), len(entries), "")
    return counts


async def sign_in_link(house: "House", say: Say, *, slug: str, address: str) -> str:
    """A link that signs this person in, once, within half an hour. Raises Trouble."""
    entry = house.registry.known(slug)
    async with house.tenants.use(entry.id) as coop, coop.writing() as db:
        if not (person := await account.person_at(db, address)):
            raise Trouble(f"Nobody in {slug} has the address {address}.")
        return await _link(coop, entry, db, person)


COMMANDS: dict[str, Callable[..., Awaitable[Any]]] = {
    command.__name__: command
    for command in (
        create_coop,
        list_coops,
        migrate,
        sign_in_link,
        *leaving.COMMANDS,
        *restoring.COMMANDS,
        *drilling.COMMANDS,
        *steering.COMMANDS,
        *taking_over.COMMANDS,
    )
}


def _entry(facts: sites.Facts, url: str, steward: str, slug: str) -> Entry:
    """All that was typed is looked at before anything is made. Raises Invalid."""
    check = Check()
    sites.checked(check, facts)
    url = address(check, url)
    check.address("steward", steward, words("Write the mail address of its steward."))
    slug = check.slug("slug", slug) or slug_of(facts.name) or slug_of(urlsplit(url).netloc)
    check.done()
    return Entry(secrets.token_hex(8), slug, url)


async def _furnish(house: "House", coop: Coop, entry: Entry, facts: sites.Facts, steward: str) -> str:
    sealer = Sealer(house.settings.secret_key.value, entry.id)
    keys = await asyncio.to_thread(new_keys)
    async with coop.writing() as db:
        await sites.describe(db, facts, entry.url)
        for key, value in keys.items():
            await sites.keep_key(db, key, sealer.seal(key, value))
        await sites.show_key(db, public_pem(keys["actor"]))
        person = await account.add_person(db, steward.partition("@")[0].title()[:80], steward, "steward")
    async with coop.writing() as db:
        return await _link(coop, entry, db, person)


async def _link(coop: Coop, entry: Entry, db: Any, person: account.Person) -> str:
    offered = await account.offer_sign_in(db, person)
    return f"{entry.url}/account/sign-in-link/{coop.keyring.sign('sign-in', str(offered.id))}"
