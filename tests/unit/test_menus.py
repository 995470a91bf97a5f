"""Two menus, one level deep: whatever is moved, nothing is lost, and nothing is deeper."""

import pytest

from domains import blog
from domains.errors import Invalid
from tests.conftest import all_of

ALL = ("main", "A"), ("main", "B"), ("main", "C"), ("main", "D"), ("foot", "X"), ("foot", "Y")


@pytest.fixture
async def menus(coop):
    """A, B (with C inside), D; and at the foot X, Y."""
    async with coop.writing() as db:
        for menu, label in ALL:
            await blog.add_menu_item(db, label, f"https://{label.lower()}.example", menu=menu)
        await blog.move_menu_item(db, 3, "in")
    return coop


async def read(coop, menu="main"):
    """Small letters stand inside the capital before them."""
    async with coop.reading() as db:
        ways = await blog.navigation(db, menu)
    return "".join(way.label.lower() if way.parent else way.label for way in ways)


@pytest.mark.parametrize(
    ("id", "way", "there"),
    [
        (2, "up", "BcAD"),
        (2, "down", "ADBc"),
        (1, "down", "BcAD"),
        (4, "up", "ADBc"),
        (4, "in", "ABcd"),
        (3, "out", "ABCD"),
        (3, "up", "ABcD"),
        (3, "down", "ABcD"),
        (3, "in", "ABcD"),
        (1, "in", "ABcD"),
        (1, "out", "ABcD"),
        (2, "in", "AbcD"),
    ],
)
async def test_an_item_is_moved_with_what_is_inside_it(menus, id, way, there):
    async with menus.writing() as db:
        await blog.move_menu_item(db, id, way)
    assert (await read(menus), await read(menus, "foot")) == (there, "XY")


@pytest.mark.parametrize(
    ("id", "where", "other", "main", "foot"),
    [
        (4, "before", 1, "DABc", "XY"),
        (1, "after", 2, "BcAD", "XY"),
        (1, "before", 3, "BacD", "XY"),
        (2, "after", 3, "ABcD", "XY"),
        (2, "before", 5, "AD", "BcXY"),
        (6, "after", 3, "ABcyD", "X"),
        (3, "after", 6, "ABD", "XYC"),
        (1, "after", 1, "ABcD", "XY"),
    ],
)
async def test_an_item_is_laid_beside_another_of_either_menu(menus, id, where, other, main, foot):
    async with menus.writing() as db:
        await blog.place_menu_item(db, id, where, other)
    assert (await read(menus), await read(menus, "foot")) == (main, foot)


async def test_what_was_inside_a_removed_item_takes_its_place(menus):
    async with menus.writing() as db:
        await blog.remove_menu_item(db, 2)
    assert await read(menus) == "ACD"


async def test_an_item_is_edited_and_sent_to_the_other_menu_with_what_is_inside_it(menus):
    async with menus.writing() as db:
        await blog.edit_menu_item(db, 2, "E", "/market/goods", menu="foot")
        with pytest.raises(Invalid):
            await blog.edit_menu_item(db, 2, "", "javascript:alert(1)", menu="sideways")
    assert (await read(menus), await read(menus, "foot")) == ("AD", "XYEc")


async def test_every_item_keeps_a_place_of_its_own(menus):
    for id in (1, 2, 3, 4, 5, 6):
        for way in (*blog.WAYS, "before 5", "after 2", "before 3"):
            async with menus.writing() as db:
                where, _, other = way.partition(" ")
                await (blog.place_menu_item(db, id, where, int(other)) if other else blog.move_menu_item(db, id, way))
            kept = await all_of(menus, blog.MenuItem.menu, blog.MenuItem.position)
            parents = dict(await all_of(menus, blog.MenuItem.id, blog.MenuItem.parent))
            assert len(set(kept)) == len(ALL)
            assert all(parent is None or parents[parent] is None for parent in parents.values()), way


async def test_what_leads_to_nothing_that_is_published_says_so(coop):
    async with coop.writing() as db:
        for title, status in (("Here", "published"), ("Draft", "draft"), ("Old", "published"), ("Away", "published")):
            await blog.write_post(db, blog.Words(title), status=status)
        await blog.edit_post(db, 3, "1", blog.Words("Old", slug="new"))
        await blog.bin_post(db, 4)
        for target in ("/here", "/blog/post/here#a", "/draft", "/old", "/away", "/none", "/search", "/blog/news"):
            await blog.add_menu_item(db, "A", target)
        assert [way.missing for way in await blog.navigation(db)] == ["", "", "draft", "", "binned", "gone", "", ""]
