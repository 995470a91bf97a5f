"""The index is what the tables say, whatever tool wrote them, and wherever the file went."""

from contextlib import closing

import pytest

from app import files, migrations
from domains import blog, search
from tests import older


async def publish(coop, title, **about):
    async with coop.writing() as db:
        return await blog.write_post(db, blog.Words(title, **about), status="published")


async def titles(coop, words):
    async with coop.reading() as db:
        hits = await search.find(db, words, is_member=True)
    return ["".join(piece.text for piece in hit.title) for hit in hits]


def by_hand(coop, *statements):
    """As another tool writes."""
    with closing(files.connect(coop.file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


async def test_whatever_tool_writes_the_index_follows(coop):
    await publish(coop, "Leeks")
    by_hand(coop, "UPDATE blog_posts SET title = 'Chard'")
    assert (await titles(coop, "leeks"), await titles(coop, "chard")) == ([], ["Chard"])
    by_hand(coop, "UPDATE blog_posts SET id = 9")
    assert await titles(coop, "chard") == ["Chard"]
    by_hand(coop, "UPDATE blog_posts SET status = 'draft'")
    assert await titles(coop, "chard") == []
    by_hand(coop, "UPDATE blog_posts SET status = 'published'", "DELETE FROM blog_posts")
    assert await titles(coop, "chard") == []


async def test_what_is_undone_is_not_found(coop):
    with pytest.raises(ZeroDivisionError):
        async with coop.writing() as db:
            await blog.write_post(db, blog.Words("Leeks"), status="published")
            raise ZeroDivisionError
    assert await titles(coop, "leeks") == []


async def test_a_file_from_before_there_was_an_index_gets_one_of_all_that_it_holds(opening):
    async with opening() as coop:
        await publish(coop, "Leeks", body="Cut them.")
        file = coop.file
    with closing(files.connect(file)) as connection:
        for statement in older.STATEMENTS:
            connection.execute(statement)
        connection.commit()
    migrations.upgrade(file)
    async with opening() as coop:
        assert await titles(coop, "them") == await titles(coop, "ines") == ["Leeks"]
        async with coop.reading() as db:
            assert (await blog.post(db, 1)).authors == ["Ines"]
            assert (await blog.revision(db, 1, 1)).words["authors"] == ["Ines"]
