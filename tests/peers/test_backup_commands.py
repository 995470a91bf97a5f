"""Commands of `rose`, as they are typed, on copies in a folder and in a real S3 server, while people write."""

import json
import shutil
import signal
import time
from datetime import UTC, datetime

import pytest

from tests.e2e.conftest import Rose
from tests.e2e.test_serving import GET, asked, titles, until, writing

ANOTHER = "another-honest-secret-for-tests-98765"


@pytest.fixture
def rose(tmp_path, replica):
    rose = Rose(tmp_path / "data", ROSE_REPLICA=replica)
    yield rose
    rose.stop()


@pytest.fixture
def made(rose):
    """Oak and elm, served."""
    made = [rose.create(name, f"http://{name.lower()}.example") for name in ("Oak", "Elm")]
    rose.serve()
    return made


def test_a_coop_goes_back_in_place_while_it_and_another_are_written_to(rose, made, tmp_path):
    oak, elm = [rose.data / "coops" / coop["id"] / "site.db" for coop in made]
    with writing(rose, made[0]) as at_oak, writing(rose, made[1]) as at_elm:
        until(lambda: len(at_oak) > 20)
        time.sleep(2)
        before, moment = len(at_oak), datetime.now(UTC).isoformat()
        time.sleep(2)
        after, elms = len(at_oak), len(at_elm)
        rose.told("coop", "restore", "oak", "--at", moment)
        assert len(at_elm) > elms
        until(lambda: len(titles(oak)) > before + 20)
    found = titles(oak)
    kept = next(many for many in range(len(found)) if found[many : many + 1] != at_oak[many : many + 1])
    print(f"\n{after - kept} posts undone of {after}, {before - kept} of them from before it was asked for")
    assert 0 < kept <= before and found[kept:] == at_oak[len(at_oak) - len(found) + kept :], "none since is missing"
    assert titles(elm) == at_elm
    rose.told("coop", "restore", "oak", "--to", str(tmp_path / "oak.db"))
    assert titles(tmp_path / "oak.db") == found and rose.told("drill").count("good") == 3


@pytest.mark.parametrize("erased", [(), ("--replica",)], ids=("kept", "erased"))
def test_a_coop_that_was_removed_comes_again_to_its_own_copies(rose, made, tmp_path, erased):
    oak = made[0]
    file = rose.data / "coops" / oak["id"] / "site.db"
    for turn in "abc":
        with writing(rose, oak) as posts:
            until(lambda posts=posts: len(posts) > 5)
        there = titles(file)
        rose.told("coop", "restore", "oak", "--to", str(tmp_path / f"{turn}.db"))
        assert titles(tmp_path / f"{turn}.db") == there
        rose.told("coop", "export", "oak", str(tmp_path / f"{turn}.rose"))
        rose.told("coop", "remove", "oak", "--yes", *erased)
        assert not file.exists()
        rose.told("coop", "import", str(tmp_path / f"{turn}.rose"), "--url", oak["url"])
        oak["sign_in_url"] = rose.told("coop", "sign-in", "oak", "ruth@oak.example")
    assert titles(file) == there and rose.told("drill").count("good") == 3


def test_an_empty_machine_is_rebuilt_from_its_copies_alone(rose, made, tmp_path, replica):
    with writing(rose, made[0]) as at_oak, writing(rose, made[1]) as at_elm:
        until(lambda: len(at_oak) > 100 and len(at_elm) > 100, 60)
        rose.server.send_signal(signal.SIGKILL)
        rose.server.wait()
    shutil.rmtree(rose.data)
    other = Rose(tmp_path / "new" / "data", ROSE_REPLICA=replica)
    other.data.parent.mkdir()
    check_refusals(other)
    assert json.loads(other.told("restore", "--json")) == {"coops": 2, "here": 1, "asleep": 1, "faults": {}}
    other.serve()
    try:
        for coop, written in zip(made, (at_oak, at_elm), strict=True):
            host = coop["url"].partition("//")[2].encode()
            assert b" 200 " in asked(other.port, GET % host).split(b"\r\n")[0]
            found = titles(other.data / "coops" / coop["id"] / "site.db")
            print(f"\n{len(found)} of {len(written)} posts are there again")
            assert found and found[: len(written)] == written[: len(found)] and len(found) <= len(written) + 1
        assert other.told("drill").count("good") == 3, "it goes on being copied"
    finally:
        other.stop()


def check_refusals(rose):
    """Nobody begins anew over copies, and none is brought back with a wrong key."""
    began = rose.run("serve")
    assert began.returncode == 1 and began.stderr.count("\n") == 1 and "rose restore" in began.stderr
    right, rose.environment["ROSE_SECRET_KEY"] = rose.environment["ROSE_SECRET_KEY"], ANOTHER
    refused = rose.run("restore")
    assert refused.returncode == 1 and "ROSE_SECRET_KEY is not the one" in refused.stderr
    assert not (rose.data / "registry.db").exists()
    rose.environment["ROSE_SECRET_KEY"] = right
