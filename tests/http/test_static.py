"""Files that never change under their address."""

import gzip

import pytest

from app.static import address, encoded, files

TAKES = {"accept-encoding": "gzip, br"}


@pytest.mark.parametrize("name", sorted(files()))
async def test_a_file_is_what_lies_there_compressed_or_not(oak, name):
    plain = await oak.get(address(name), headers={"accept-encoding": "identity"})
    async with oak.stream("GET", address(name), headers=TAKES) as small:
        raw = b"".join([part async for part in small.aiter_raw()])
    assert plain.content == files()[name] and "content-encoding" not in plain.headers
    if small.headers.get("content-encoding") == "gzip":
        assert gzip.decompress(raw) == files()[name] and small.headers["etag"] != plain.headers["etag"]
        assert small.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    else:
        assert name.endswith(".woff2") and raw == files()[name]
    assert "immutable" in small.headers["cache-control"] and "content-security-policy" in small.headers


async def test_a_file_is_compressed_once_for_everybody(oak):
    encoded.cache_clear()
    for _ in range(3):
        await oak.get(address("site.css"), headers=TAKES)
    assert encoded.cache_info().misses == 1


async def test_a_browser_that_has_a_file_still_is_told_so(oak):
    for taken in ("gzip", "identity"):
        etag = (await oak.get(address("site.css"), headers={"accept-encoding": taken})).headers["etag"]
        again = {"accept-encoding": taken, "if-none-match": f"W/{etag}"}
        answer = await oak.get(address("site.css"), headers=again)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
        other = await oak.get(address("site.css"), headers=again | {"if-none-match": '"other"'})
        assert other.status_code == 200 and other.headers["etag"] == etag


async def test_an_old_address_answers_with_what_is_there_now_and_asks_to_be_asked_again(oak):
    answer = await oak.get("/static/0ld/site.css")
    assert answer.content == files()["site.css"] and answer.headers["cache-control"] == "no-cache"
    assert (await oak.get("/static/0ld/nothing.css")).status_code == 404
