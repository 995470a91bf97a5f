"""Whoever is killed in the midst of a command asks it again, and all is well."""

import json
import os
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from app import parcel
from app.check import checks
from app.label import careful
from ops.litestream import binary

pytestmark = pytest.mark.skipif(binary() is None, reason="needs the program litestream")
ROOT = Path(__file__).parents[2]
EVERY = int(os.environ.get("EVERY", "31"))
"""So-many-th moment of each command is tried; `make test-long` tries all."""
OAK, ASH = ("--url", "https://oak.example"), ("--url", "https://ash.example", "--steward", "ruth@oak.example")


class Nursery:
    def __init__(self, folder):
        self.folder, self.base = folder, folder / "base"
        self.base.mkdir()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
        self._process = subprocess.Popen([sys.executable, "-m", "tests.cut", str(self.base)], cwd=ROOT, **pipes)
        assert self._process.stdout.readline() == "[]\n"

    def rose(self, data, *words, cut=0):
        """Its exit code, -9 where it was killed at that moment, and what it said."""
        self._process.stdin.write(json.dumps([str(data), cut, *words]) + "\n")
        code, _, said = json.loads(self._process.stdout.readline())
        return code, said

    def end(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ROSE_SECRET_KEY", "an-honest-secret-for-tests-0123456789")
        nursery = Nursery(tmp_path_factory.mktemp("cuts"))
        yield nursery
        nursery.end()


def rows(file, question):
    with careful(file) as connection:
        return connection.execute(question).fetchall()


def is_whole(data, slug, posts=1):
    """There once, with all that it holds."""
    ((id,),) = rows(data / "registry.db", f"SELECT id FROM coops JOIN hosts ON coop = id WHERE host = '{slug}.example'")
    parcel.check(data / f"coops/{id}/site.db")
    return rows(data / f"coops/{id}/site.db", "SELECT count(*) FROM blog_posts") == [(posts,)]


def exports(*files):
    """What was exported is whole, each of them."""
    return bool(files) and all(
        parcel.look_through(file).slug == "oak" and rows(file, "SELECT count(*) FROM blog_posts") == [(1,)]
        for file in files
    )


def is_gone(data):
    ids = {id for (id,) in rows(data / "registry.db", "SELECT id FROM coops")}
    copies = {folder.name for folder in data.glob("replica/coops/*")}
    return len(ids) == 1 and copies == ids and exports(*data.glob("removed/*.rose"))


def is_back(data):
    for file in data.glob("removed/*.before.db"):
        parcel.check(file)
    return is_whole(data, "oak")


COMMANDS = {
    "create": (("coop", "create", "Ash", *ASH), "has the slug ash", lambda data: is_whole(data, "ash", 0)),
    "export": (("coop", "export", "oak", "{}/oak.rose"), "is there already", lambda data: exports(data / "oak.rose")),
    "import": (("coop", "import", "{}/in.rose", *OAK), "here already", lambda data: is_whole(data, "oak")),
    "restore": (("coop", "restore", "oak"), None, is_back),
    "remove": (("coop", "remove", "oak", "--yes", "--replica"), "no co-op oak", is_gone),
}
"""What is cut off; what it says when it was done already; what is true afterwards."""


@pytest.fixture
def before(nursery, request):
    """A data folder in which that can be asked."""
    data = shutil.copytree(nursery.base, nursery.folder / "before")
    if request.param == "import":
        assert nursery.rose(data, "coop", "export", "oak", f"{data}/in.rose")[0] == 0
        assert nursery.rose(data, "coop", "remove", "oak", "--yes")[0] == 0
    yield data
    shutil.rmtree(data)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("before", "name"), [(name, name) for name in COMMANDS], indirect=["before"])
def test_a_command_that_was_killed_anywhere_is_asked_again_and_all_is_well(nursery, before, name):
    words, done, is_well = COMMANDS[name]
    known = {finding.what for finding in checks(before) if finding.state != "good"}
    for moment in count(EVERY, EVERY):
        shutil.rmtree(nursery.folder / "data", ignore_errors=True)
        data = shutil.copytree(before, nursery.folder / "data")
        asked = [word.format(data) for word in words]
        killed = nursery.rose(data, *asked, cut=moment)[0] == -9
        code, said = nursery.rose(data, *asked)
        assert code == 0 or (done and done in said), (moment, said)
        assert is_well(data) and is_whole(data, "elm"), moment
        strange = {finding.what: finding.mend for finding in checks(data) if finding.state != "good"}
        assert set(strange) - known <= {"folders"} and all(strange.values()), (moment, strange)
        if not killed:
            return
