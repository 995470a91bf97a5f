"""A Ghost that is asked at one address and read at another, or that lies in a folder."""

import json
from urllib.parse import urlsplit

import pytest

from domains.blog.models import MenuItem, Post
from tests.conftest import all_of, settle
from tests.ghost import ADDRESS, KEY
from tests.photos import photo

PICTURE = "/content/images/2026/01/leeks.png"


@pytest.mark.parametrize(
    ("asked", "read"), [(ADDRESS, "https://www.blog.example"), (f"{ADDRESS}/blog", "https://blog.example/blog")]
)
async def test_its_pictures_links_and_menus_are_ours_wherever_it_is_read(ghost, steward, coop, asked, read):
    ghost.site, ghost.files[urlsplit(f"{read}{PICTURE}").path] = read, photo()
    ghost.settings["navigation"] = json.dumps([{"label": "Soup", "url": f"{read}/soup/"}])
    ghost.write("Soup", f'<a href="{read}/other/">other</a><img src="{read}{PICTURE}" alt="Leeks">')
    link = {"address": asked, "admin_key": KEY, "deed": "link", "mirrors_menus": "yes"}
    assert (await steward.post("/blog/ghost", data=link)).status_code == 303
    await settle(coop)
    ((body,),) = await all_of(coop, Post.body)
    assert 'href="/other/"' in body and 'src="/media/' in body
    assert await all_of(coop, MenuItem.target) == [("/soup",)]
    assert ("GET", f"{read}{PICTURE}") in ghost.asked
