"""The same posts for us and for Ghost, and a member to read them."""

import random

from app.commands import create_coop
from app.control import quiet
from app.main import House
from app.settings import Settings
from domains import account, blog

MANY, PARAGRAPHS, SENTENCES = 40, 12, 5
STEWARD, MEMBER, AUTHOR = "ruth@oakhill.example", "tam@oakhill.example", "Maud Alder"
SLUG, POST = "oakhill", "post-7"
WORDS = "leeks and beans from the lower field were dug early this week so every crate holds some frost"


def texts():
    """Title, address, tag, paragraphs; the same ones each time."""
    chance, words = random.Random(7), WORDS.split()
    for number in range(MANY):
        sentences = [" ".join(chance.choices(words, k=12)).capitalize() + "." for _ in range(PARAGRAPHS * SENTENCES)]
        paragraphs = [" ".join(sentences[at::PARAGRAPHS]) for at in range(PARAGRAPHS)]
        yield f"Post {number}", f"post-{number}", chance.choice(("News", "Growers", "Kitchen")), paragraphs


def publish(ghost):
    for title, slug, tag, words in texts():
        ghost.publish(title, slug=slug, tags=[tag], html="".join(f"<p>{each}</p>" for each in words))


async def write(rose):
    settings = Settings.read(data_dir=rose.data, secret_key=rose.environment["ROSE_SECRET_KEY"], replica="none")
    rose.data.mkdir()
    house = House(settings)
    async with house.awake():
        made = await create_coop(house, quiet, name="Oak Hill", slug=SLUG, url=rose.url, steward=STEWARD)
        async with house.tenants.use(made["id"]) as coop, coop.writing() as db:
            await account.add_person(db, "Tam Reed", MEMBER)
            for title, slug, tag, words in texts():
                post = blog.Words(title, body="\n\n".join(words), slug=slug, tags=tag)
                await blog.write_post(db, post, author=AUTHOR, status="published")
