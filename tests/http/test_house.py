from tests.http.conftest import PARTIAL


async def test_the_fragment_stands_in_the_page(oak):
    page, part = await oak.get("/blog/home"), await oak.get("/blog/home", headers=PARTIAL)
    assert page.status_code == part.status_code == 200
    assert part.text in page.text and "<html" not in part.text and page.headers["vary"] == part.headers["vary"]


async def test_what_is_not_there_is_a_page_and_a_fragment(oak):
    page, part = await oak.get("/nothing/here"), await oak.get("/nothing/here", headers=PARTIAL)
    assert page.status_code == part.status_code == 404
    assert "<html" in page.text and "<html" not in part.text


async def test_an_unknown_host_is_nobodys_and_tells_of_nobody(oak):
    answer = await oak.get("/", headers={"host": "ash.example"})
    assert answer.status_code == 404 and "oak" not in answer.text.lower()


async def test_a_steward_is_known(steward):
    assert (await steward.get("/")).headers["cache-control"] == "private, no-cache"
