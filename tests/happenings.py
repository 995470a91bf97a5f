"""What sets off each story, as people do it; told again after a crash, what was done is not done twice."""

from sqlalchemy import func, select

from domains import account, blog


async def publish(coop):
    """A post that is urgent and for the newsletter, to one reader."""
    async with coop.reading() as db:
        posts, readers = await db.scalar(select(func.count(blog.Post.id))), await account.readers(db)
    if not readers:
        async with coop.writing() as db:
            await account.subscribe(db, "reader@example.org")
    if not posts:
        async with coop.writing() as db:
            await blog.write_post(db, blog.Words(title="Fire", tags="urgent, newsletter"), status="published")


async def ask_to_join(coop):
    """Of the one steward that there is."""
    async with coop.reading() as db:
        asked, stewards = await db.scalar(select(func.count(account.Request.id))), await account.stewards(db)
    if not stewards:
        async with coop.writing() as db:
            await account.add_person(db, "Ruth", "ruth@example.org", "steward")
    if not asked:
        async with coop.writing() as db:
            await account.ask_to_join(db, "Mei Lin", "mei@example.org")


HAPPENINGS = {("Create", "blog.post"): publish, ("Offer", "account.request"): ask_to_join}
"""(type, kind) of an activity -> what people do so that it is recorded."""
