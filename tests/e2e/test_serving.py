"""The server as an operator meets it: started twice, killed, asked by hand."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import files
from tests.e2e.conftest import ROOT, ROSE, Rose


def children(pid):
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(true, seconds=10):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return True


def asked(port, request):
    """The answer to these very bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(request)
        return wire.makefile("rb").read()


def test_a_second_server_on_the_same_folder_or_port_ends_with_one_sentence(rose, tmp_path):
    rose.create()
    rose.serve("--replica", "none")
    second = rose.run("serve", "--port", str(rose.port + 1))
    assert second.returncode == 1 and second.stderr.count("\n") == 1 and "already owns" in second.stderr
    other = Rose(tmp_path / "other")
    third = other.run("serve", "--port", str(rose.port))
    assert third.returncode == 1 and third.stderr.count("\n") == 1 and "cannot be used" in third.stderr
    assert rose.answers()


def test_of_two_that_start_at_once_on_one_port_one_serves(tmp_path):
    both = [Rose(tmp_path / name / "data") for name in ("oak", "elm")]
    for rose in both:
        rose.data.mkdir(parents=True)
        command = [*ROSE, "serve", "--port", str(both[0].port), "--replica", "none"]
        rose.server = subprocess.Popen(command, env=rose.environment, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: any(rose.server.poll() == 1 for rose in both), 20)
        until(both[0].answers, 20)
        (ended,) = [rose for rose in both if rose.server.poll() is not None]
        said = ended.server.stderr.read()
        assert said.count("\n") == 1 and "cannot be used" in said
    finally:
        for rose in both:
            rose.stop()
            rose.server.stderr.close()


def test_a_killed_server_takes_all_with_it_and_the_next_one_serves_and_replicates(rose):
    made = rose.create()
    rose.serve()
    family = [rose.server.pid, *children(rose.server.pid)]
    assert len(family) == 2, "the server and Litestream"
    rose.server.send_signal(signal.SIGKILL)
    rose.server.wait()
    until(lambda: not any(is_alive(pid) for pid in family), 3)
    rose.serve()
    assert urllib.request.urlopen(rose.url).status == 200
    replica = rose.data / "replica" / "coops" / made["id"]
    before = newest(replica)
    rose.told("coop", "sign-in", made["slug"], "ruth@oak.example")
    until(lambda: newest(replica) > before)
    assert len(children(rose.server.pid)) == 1


def newest(folder):
    return max((file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()), default=0)


def test_stopped_and_started_everything_is_still_there(rose):
    made = rose.create("Oakhill Growers")
    rose.serve()
    rose.stop()
    assert rose.server.returncode == 0
    rose.serve()
    assert b"Oakhill Growers" in urllib.request.urlopen(rose.url).read()
    assert json.loads(rose.told("coop", "list", "--json"))[0]["id"] == made["id"]


def test_a_command_does_the_same_whether_a_server_runs_or_not(rose):
    first = rose.create("Oak", "http://oak.example")
    rose.serve()
    second = rose.create("Elm", "http://elm.example")
    listed = json.loads(rose.told("coop", "list", "--json"))
    assert [one["slug"] for one in listed] == ["elm", "oak"] and first.keys() == second.keys()
    taken = rose.run("coop", "create", "Oak", "--url", "http://ash.example", "--steward", "a@b.example")
    assert taken.returncode == 1 and "oak" in taken.stderr and "Traceback" not in taken.stderr
    assert rose.told("migrate").startswith("0 upgraded, 2 current")
    rose.stop()
    assert rose.told("coop", "list").count("\n") == 1 and rose.told("migrate").startswith("0 upgraded, 2 current")


def test_two_hosts_or_none_are_refused_on_the_wire(rose):
    rose.create("Oak", "http://oak.example")
    rose.create("Elm", "http://elm.example")
    rose.serve("--replica", "none")
    both = asked(rose.port, b"GET / HTTP/1.1\r\nHost: oak.example\r\nHost: elm.example\r\nConnection: close\r\n\r\n")
    none = asked(rose.port, b"GET / HTTP/1.0\r\n\r\n")
    other = asked(rose.port, b"GET / HTTP/1.1\r\nHost: ash.example\r\nConnection: close\r\n\r\n")
    local = asked(rose.port, b"GET / HTTP/1.1\r\nHost: elm.localhost:8000\r\nConnection: close\r\n\r\n")
    assert b" 400 " in both.split(b"\r\n")[0] and b" 400 " in none.split(b"\r\n")[0]
    assert b" 404 " in other.split(b"\r\n")[0] and b" 200 " in local.split(b"\r\n")[0]
    assert not any(name in answer for answer in (both, none, other) for name in (b"Oak", b"Elm", b"oak.", b"elm."))


def test_a_coop_that_is_alone_answers_at_any_host_and_is_opened_once(rose):
    rose.create("Oak", "http://oak.example")
    rose.serve("--replica", "none")
    for path in (b"/", b"/health"):
        answer = asked(rose.port, b"GET %s HTTP/1.1\r\nHost: 10.0.0.7\r\nConnection: close\r\n\r\n" % path)
        assert b" 200 " in answer.split(b"\r\n")[0]
    files = [os.readlink(link) for link in Path(f"/proc/{rose.server.pid}/fd").iterdir() if link.exists()]
    assert len({file for file in files if file.endswith("site.db")}) == 1


def test_odd_addresses_are_answered_with_a_page(rose):
    rose.create()
    rose.serve("--replica", "none")
    for path in (b"/%ff%fe", b"/" + b"x" * 9000, b"/a%00b", b"/%2e%2e/%2e%2e/etc/passwd", b"/\xc3\xa9", b"/?a=%ff"):
        answer = asked(rose.port, b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path)
        status = int(answer.split()[1])
        assert status == 200 if path.startswith(b"/?") else 400 <= status < 500, path
        assert b"<h1" in answer


def test_fifty_stalled_uploads_block_nobody(rose):
    made = rose.create()
    rose.serve("--replica", "none")
    head = b"POST /account/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
    head += b"Content-Type: application/x-www-form-urlencoded\r\n\r\naddress="
    stalled = [socket.create_connection(("127.0.0.1", rose.port)) for _ in range(50)]
    for wire in stalled:
        wire.sendall(head)
    began = time.monotonic()
    assert urllib.request.urlopen(rose.url).status == 200
    rose.told("coop", "sign-in", made["slug"], "ruth@oak.example")
    assert time.monotonic() - began < 5
    for wire in stalled:
        wire.close()


def test_what_is_wrong_at_the_start_is_one_sentence(rose, tmp_path):
    rose.create()
    (tmp_path / "file").touch()
    unwritable = rose.run("serve", "--data", str(tmp_path / "file" / "data"))
    with closing(files.connect(rose.data / "registry.db")) as registry:
        registry.execute("PRAGMA user_version = 99")
    newer = rose.run("serve")
    rose.environment["ROSE_SECRET_KEY"] = "short"
    weak = rose.run("serve")
    rose.environment["ROSE_SECRET_KEY"] = ""
    lacking = rose.run("coop", "list")
    for done, word in ((unwritable, "cannot be written"), (newer, "newer"), (weak, "weak"), (lacking, "SECRET_KEY")):
        assert done.returncode == 1 and done.stderr.count("\n") == 1 and word in done.stderr, done.stderr


def test_a_coop_from_a_newer_version_is_away_and_harms_no_other(rose):
    newer, older = rose.create("Oak", "http://oak.example"), rose.create("Elm", "http://elm.example")
    with closing(files.connect(rose.data / "coops" / newer["id"] / "site.db")) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    rose.serve("--replica", "none")
    away = asked(rose.port, b"GET / HTTP/1.1\r\nHost: oak.example\r\nConnection: close\r\n\r\n")
    there = asked(rose.port, b"GET / HTTP/1.1\r\nHost: elm.example\r\nConnection: close\r\n\r\n")
    assert b" 503 " in away.split(b"\r\n")[0] and b"retry-after" in away.lower()
    assert b" 200 " in there.split(b"\r\n")[0] and older["slug"] == "elm"
    migrated = rose.run("migrate")
    assert migrated.returncode == 1 and "1 from a newer version" in migrated.stdout


@pytest.mark.parametrize(
    "words", ["coop list", "coop sign-in oak a@oak.example", "migrate", "flow list oak", "flow show oak 1"]
)
def test_a_command_that_asks_makes_no_data_folder(rose, words):
    nowhere = rose.data / "nowhere"
    asked = rose.run(*words.split(), "--data", str(nowhere))
    assert asked.returncode == 1 and asked.stderr == f"rose: There is no data folder {nowhere}.\n"
    assert not nowhere.exists()


def test_a_coop_moves_to_another_server_while_both_are_written_to(tmp_path):
    """Nothing that was there when it was asked for is missing, and nobody there was kept waiting."""
    here, there = Rose(tmp_path / "here" / "data"), Rose(tmp_path / "there" / "data")
    words, sealed = tmp_path / "words", ("--passphrase-file", str(tmp_path / "words"))
    words.write_text(f"{WORDS}\n")
    there.environment["ROSE_SECRET_KEY"] = "another-honest-secret-for-tests-98765"
    made = []
    for rose, name in ((here, "Oak"), (there, "Elm")):
        rose.data.parent.mkdir()
        made.append(rose.create(name, f"http://{name.lower()}.example"))
        rose.serve()
    try:
        with writing(here, made[0]) as at_oak, writing(there, made[1]) as at_elm:
            until(lambda: len(at_oak) > 3 and len(at_elm) > 3)
            before = list(at_oak)
            told = here.told("coop", "export", "oak", str(tmp_path / "oak.rose"), *sealed)
            assert "sealed in it" in told and WORDS not in told
            way = ("--url", "http://oak.example")
            moved = json.loads(there.told("coop", "import", str(tmp_path / "oak.rose"), *way, *sealed, "--json"))
            assert b" 200 " in asked(there.port, GET % b"oak.example").split(b"\r\n")[0]
            many = len(at_oak) + len(at_elm)
            until(lambda: len(at_oak) + len(at_elm) > many + 4)
            gone = json.loads(here.told("coop", "remove", "oak", "--yes", "--replica", *sealed, "--json"))
            assert b" 404 " in asked(here.port, GET % b"oak.example").split(b"\r\n")[0]
            many = len(at_elm)
            until(lambda: len(at_elm) > many + 4)
        assert titles(gone["kept"]) == at_oak and not list(here.data.rglob(f"*{gone['id']}*"))
        arrived = titles(there.data / "coops" / moved["id"] / "site.db")
        assert moved["new_keys"] is False and len(arrived) >= len(before) and arrived == at_oak[: len(arrived)]
        until(lambda: newest(there.data / "replica" / "coops" / moved["id"]), 20)
        there.stop()
        removed = there.run("coop", "remove", "oak", "--yes", "--replica")
        assert removed.returncode == 0 and "are erased" in removed.stdout, removed.stderr
        assert not list(there.data.glob(f"*/coops/{moved['id']}"))
        there.told("coop", "import", str(tmp_path / "oak.rose"), *way, "--new-keys")
        again = there.run("coop", "import", str(tmp_path / "oak.rose"), *way, "--new-keys")
        assert again.returncode == 1 and again.stderr.count("\n") == 1 and "here already" in again.stderr
    finally:
        here.stop()
        there.stop()


WORDS = "twelve leeks and a bough"
GET = b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"


@contextmanager
def writing(rose, made):
    """Its steward writes one post after another; those that were confirmed, in order."""
    host, confirmed, ended = made["url"].partition("//")[2], [], threading.Event()
    signed_in = posted(rose, host, made["sign_in_url"].removeprefix(made["url"]))
    cookie = re.search(rb"(?i)set-cookie: (session=[^;]+)", signed_in)[1].decode()

    def write():
        with suppress(ConnectionError):  # of a server that was killed
            while not ended.wait(0.02):
                title = f"post-{len(confirmed)}"
                if b" 303 " in posted(rose, host, "/blog/new-post", f"title={title}", cookie).split(b"\r\n")[0]:
                    confirmed.append(title)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield confirmed
    finally:
        ended.set()
        thread.join()


def posted(rose, host, path, body="", cookie=""):
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n"
    head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    return asked(rose.port, (head + body).encode())


def titles(file):
    with closing(files.connect(file)) as connection:
        return [title for (title,) in connection.execute("SELECT title FROM blog_posts ORDER BY id")]


def test_a_coop_goes_back_in_time_while_both_are_written_to(rose, tmp_path):
    oak, elm = rose.create("Oak", "http://oak.example"), rose.create("Elm", "http://elm.example")
    file = rose.data / "coops" / oak["id"] / "site.db"
    rose.serve()
    with writing(rose, oak) as at_oak, writing(rose, elm) as at_elm:
        until(lambda: len(at_oak) > 3)
        time.sleep(2)
        before, moment = len(at_oak), datetime.now(UTC).isoformat()
        time.sleep(2)
        elms = len(at_elm)
        assert rose.told("drill").count("good") == 3
        told = rose.told("coop", "restore", "oak", "--at", moment)
        assert "is kept" in told and len(at_elm) > elms
        many = len(titles(file))
        until(lambda: len(titles(file)) > many + 3)
    found = titles(file)
    kept = next(many for many in range(len(found)) if found[many : many + 1] != at_oak[many : many + 1])
    assert 0 < kept <= before and found[kept:] == at_oak[len(at_oak) - len(found) + kept :], "none since is missing"
    assert titles(rose.data / "coops" / elm["id"] / "site.db") == at_elm
    rose.stop()
    rose.told("coop", "restore", "oak", "--to", str(tmp_path / "oak.db"))
    assert titles(tmp_path / "oak.db") == found
    assert rose.told("coop", "restore", "oak") and titles(file) == found
    for piece in (rose.data / "replica" / "coops" / oak["id"]).rglob("*.ltx"):
        piece.write_bytes(piece.read_bytes()[:-1])
    drilled = rose.run("drill", "oak")
    assert drilled.returncode == 1 and "bad  oak: " in drilled.stdout and drilled.stdout.count("good") == 1
    rose.serve()
    assert b" 200 " in asked(rose.port, GET % b"oak.example").split(b"\r\n")[0]


def test_a_file_is_never_written_over_and_a_removal_asks_for_the_name(rose, tmp_path):
    rose.create("Oak", "http://oak.example")
    file = tmp_path / "oak.rose"
    file.write_text("mine")
    taken = rose.run("coop", "export", "oak", str(file))
    assert taken.returncode == 1 and "--force" in taken.stderr and file.read_text() == "mine"
    rose.told("coop", "export", "oak", str(file), "--force")
    assert file.read_bytes().startswith(b"SQLite") and not list((rose.data / "moving").iterdir())
    lacking = rose.run("coop", "export", "oak", str(tmp_path / "other"), "--passphrase")
    assert lacking.returncode == 1 and "ROSE_PASSPHRASE" in lacking.stderr and not (tmp_path / "other").exists()
    unsure = rose.run("coop", "remove", "oak")
    assert unsure.returncode == 1 and "Nothing is removed" in unsure.stderr
    assert rose.told("coop", "list").startswith("oak")
