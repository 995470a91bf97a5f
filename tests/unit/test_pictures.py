"""What becomes of a picture that is brought, and which files are none."""

import re
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from domains import blog
from domains.activities import Activity
from domains.blog.markdown import to_html
from domains.blog.models import Picture, PictureFile
from domains.blog.renditions import WIDTHS, make, sizes
from domains.errors import Invalid, NotFound
from tests.conftest import all_of
from tests.photos import keep, opened, photo

SECRET = b"52.1, -1.9, taken by Maud"


async def word(data, alt="Leeks"):
    """What is said of a file that is not taken."""
    with pytest.raises(Invalid) as refused:
        await blog.read_picture(data, alt)
    return refused.value.fields["file"]


async def pixel(data):
    """What became of one of its points."""
    return opened((await make(data)).files[0].data).convert("RGBA").getpixel((5, 5))


# ---- what is made of it ----


async def test_a_picture_is_made_in_every_width_up_to_its_own():
    made = await make(photo((1000, 500)))
    assert [(file.width, file.height) for file in made.files] == [(480, 240), (960, 480), (1000, 500)]
    assert [opened(file.data).size for file in made.files] == [(480, 240), (960, 480), (1000, 500)]
    assert {opened(file.data).format for file in made.files} == {"WEBP"}
    assert (await make(photo((4000, 2000)))).address[1:] == (1920, 960)
    assert (await make(photo((300, 9000)))).address[1:] == (267, 8000), "what browsers and WebP can hold"
    assert (await make(photo((1920, 8000)))).address[1:] == (1095, 4564), "what memory can hold"
    assert sizes(480, 1) == [(480, 1)] and [width for width, _ in sizes(1920, 3)] == [*WIDTHS]


async def test_it_is_turned_as_its_camera_says_and_says_nothing_else_of_it():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, SECRET.decode()
    made = await make(photo((600, 200), exif=exif.tobytes(), comment=SECRET))
    assert made.address[1:] == (200, 600)
    for file in made.files:
        picture = opened(file.data)
        assert SECRET not in file.data and not {"exif", "xmp", "icc_profile"} & picture.info.keys()
        assert not picture.getexif()


async def test_what_else_a_file_held_is_left_behind():
    """It may be a picture to one program and a page or an archive to another."""
    for data in (photo(kind="GIF") + b"<script>alert(1)</script>", photo() + b"PK\x03\x04" + b"<html>"):
        for file in (await make(data)).files:
            assert file.data.startswith(b"RIFF") and b"script" not in file.data and b"html" not in file.data


@pytest.mark.parametrize(
    ("mode", "kind", "colour"),
    [("RGBA", "PNG", (9, 90, 200, 128)), ("CMYK", "JPEG", (200, 100, 10, 0)), ("L", "JPEG", 90), ("1", "PNG", 1)]
    + [("P", "GIF", 0), ("I;16", "PNG", 30_000), ("LA", "PNG", (90, 128)), ("RGB", "WEBP", (9, 90, 200))],
)
async def test_every_way_of_writing_colours_is_read(mode, kind, colour):
    data = photo((20, 10), kind, mode, colour)
    wanted = (117, 117, 117, 255) if mode == "I;16" else opened(data).convert("RGBA").getpixel((5, 5))
    assert all(abs(one - other) < 12 for one, other in zip(wanted, await pixel(data), strict=True))


async def test_colours_are_those_of_screens_whatever_profile_a_camera_used():
    known = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = known.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
    for profile, is_red in ((known, True), (swapped, False), (b"no profile", True)):
        red, _, blue = (await pixel(photo((20, 10), icc_profile=profile)))[:3]
        assert (red > blue) == is_red


async def test_of_what_moves_the_first_picture_is_taken():
    file, frames = BytesIO(), [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    red, _, blue, _ = await pixel(file.getvalue())
    assert red > 200 and blue < 50


# ---- what is none ----


def bomb(width, height):
    """Few bytes that say they are many points."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    said = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(said)


@pytest.mark.parametrize("side", [5_001, 9_000, 12_000, 50_000, 2**31 - 1])
async def test_a_bomb_is_refused_before_it_is_decoded(side):
    assert re.search("million points|damaged", await word(bomb(side, side)))


@pytest.mark.parametrize("size", [(1, 20_001), (20_001, 1), (1, 25_000_000)])
async def test_one_that_is_all_rows_or_all_columns_is_refused_too(size):
    assert "twenty thousand on a side" in await word(bomb(*size))


@pytest.mark.parametrize(("size", "kind", "mode"), [((5000, 5001), "JPEG", "CMYK"), ((4300, 4300), "WEBP", "RGB")])
async def test_what_takes_more_memory_a_point_may_have_fewer(size, kind, mode):
    assert "million points" in await word(photo(size, kind, mode, 0))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "Save it as PNG"),
        (b"\xef\xbb\xbf\n <html><script>alert(1)</script>", "Save it as PNG"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "Save it as JPEG"),
        (b"%PDF-1.7" + bytes(100), "no picture"),
        (b"PK\x03\x04" + bytes(100), "no picture"),
        (photo(kind="BMP"), "no picture"),
        (photo(kind="TIFF"), "no picture"),
        (photo(kind="ICO", size=(16, 16)), "no picture"),
        (b"\x89PNG", "no picture"),
        (bomb(100, 100), "damaged"),
        (photo()[:-2000], "damaged"),
        (photo(kind="PNG", size=(3000, 2000))[:3000], "damaged"),
        (photo(kind="WEBP")[:200], "damaged|no picture"),
        (b"", "Choose a picture"),
        (b"x" * (blog.LARGEST + 1), "twelve megabytes"),
    ],
)
async def test_what_cannot_be_shown_is_refused_in_a_sentence(data, says):
    assert re.search(says, await word(data))


async def test_no_bytes_of_a_picture_make_its_reading_fail_in_another_way():
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        whole = photo((40, 30), kind)
        for at in range(0, len(whole), max(1, len(whole) // 25)):
            spoilt = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
            try:
                assert (await make(spoilt)).files
            except Invalid as refused:
                assert refused.fields["file"]


# ---- the library ----


async def test_a_picture_is_kept_once_and_found_by_what_it_is_made_of(coop):
    kept = await keep(coop)
    assert (await keep(coop, alt="Other words")).id == kept.id
    assert await all_of(coop, Picture.alt, Picture.by) == [("Maud with leeks", "Ines")]
    assert await all_of(coop, Activity.type, where=Activity.kind == "blog.picture") == [("Create",)]
    async with coop.reading() as db:
        for address in kept.address.all:
            assert opened(await blog.file_at(db, address)).size == (address.width, address.height)
        with pytest.raises(NotFound):
            await blog.file_at(db, kept.address._replace(width=481))
        assert await blog.used(db) == kept.size


@pytest.mark.parametrize("alt", ["", " \n ", "x" * 401, "\0"])
async def test_nothing_is_kept_without_words_for_whoever_does_not_see_it(coop, alt):
    with pytest.raises(Invalid, match="alt"):
        await keep(coop, alt=alt)
    kept = await keep(coop)
    with pytest.raises(Invalid, match="alt"):
        async with coop.writing() as db:
            await blog.describe_picture(db, kept.id, alt)
    assert await all_of(coop, Picture.alt) == [("Maud with leeks",)]


@pytest.mark.parametrize("before", ["/media/", "/%6dedia/", "/media/./", "https://oak.example/media/"])
async def test_however_a_post_writes_the_address_of_a_picture_it_is_not_removed(coop, before):
    kept = await keep(coop)
    async with coop.writing() as db:
        await blog.write_post(db, blog.Words("Leeks", f"![x]({before}{str(kept.address).removeprefix('/media/')})"))
    with pytest.raises(Invalid, match="in use"):
        async with coop.writing() as db:
            await blog.remove_picture(db, kept.id)


async def test_there_is_room_for_so_much_and_no_more(coop):
    first = await keep(coop)
    with pytest.raises(Invalid, match="room"):
        await keep(coop, photo(colour=(1, 2, 3)), room=first.size)
    assert len(await all_of(coop, Picture.id)) == 1


async def test_what_a_post_shows_is_not_removed_and_what_none_shows_is_gone_with_its_bytes(coop):
    kept = await keep(coop)
    async with coop.writing() as db:
        post = await blog.write_post(db, blog.Words("Leeks", body=f"See ![them]({kept.address.all[0]})"))
        cover = await blog.write_post(db, blog.Words("Cover", cover=str(kept.address)))
    async with coop.reading() as db:
        assert [use.title for use in (await blog.uses(db, [kept.id]))[kept.id]] == ["Cover", "Leeks"]
    async with coop.writing() as db:
        await blog.bin_post(db, cover.id)  # from where it can be brought back
    for used in (post, cover):
        with pytest.raises(Invalid, match="in use"):
            async with coop.writing() as db:
                await blog.remove_picture(db, kept.id)
        async with coop.writing() as db:
            await blog.remove_post(db, used.id)
    async with coop.writing() as db:
        await blog.remove_picture(db, kept.id)
    assert await all_of(coop, PictureFile.id) == await all_of(coop, Picture.id) == []
    assert (await keep(coop)).id > kept.id, "no number is used again"


async def test_a_cover_is_a_linocut_or_a_picture_that_is_here(coop):
    kept = await keep(coop)
    for cover in (str(kept.address._replace(hash="0" * 64)), str(kept.address._replace(height=1)), "/media/x"):
        with pytest.raises(Invalid, match="cover"):
            async with coop.writing() as db:
                await blog.write_post(db, blog.Words("Leeks", cover=cover))


# ---- in a post ----


def test_a_picture_of_ours_keeps_its_place_and_comes_as_wide_as_it_is_shown():
    address = blog.Address("ab" * 32, 1000, 500)
    (prose,) = to_html(f"![Two *leeks*]({address})")
    for piece in (f'src="{address}"', 'width="1000"', 'height="500"', 'loading="lazy"', 'alt="Two leeks"', 'sizes="'):
        assert piece in prose.html
    small, middle = address._replace(width=480, height=240), address._replace(width=960, height=480)
    assert f'srcset="{small} 480w, {middle} 960w, {address} 1000w"' in prose.html


@pytest.mark.parametrize("src", ["/media/x/1x1.webp", f"/media/{'AB' * 32}/1x1.webp", f"/media/{'a' * 64}/0x1.webp"])
def test_what_only_looks_like_one_is_left_as_it_is(src):
    assert "srcset" not in to_html(f"![x]({src})")[0].html


async def test_the_line_to_copy_shows_its_words_as_they_are(coop):
    kept = await keep(coop, alt=r"[Two] *leeks* & <b>\n_a_ ![x](y)")
    (prose,) = to_html(kept.markdown)
    assert 'alt="[Two] *leeks* &amp; &lt;b&gt;\\n_a_ ![x](y)"' in prose.html
