"""Pictures as cameras and others make them, and one that is kept."""

from io import BytesIO

from PIL import Image

from domains import blog

ROOM = 10**7


def photo(size=(500, 300), kind="JPEG", mode="RGB", colour=(200, 40, 40), **how):
    file = BytesIO()
    Image.new(mode, size, colour).save(file, kind, **how)
    return file.getvalue()


def opened(data):
    return Image.open(BytesIO(data))


async def keep(coop, data=None, alt="Maud with leeks", room=ROOM):
    brought = await blog.read_picture(data or photo(), alt)
    async with coop.writing() as db:
        return await blog.keep_picture(db, brought, most=room, by="Ines")
