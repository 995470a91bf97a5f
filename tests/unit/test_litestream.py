"""The real binary and real files: what OPS.md measured must stay true of how we run it."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from app import files
from ops.litestream import Litestream, LitestreamTrouble, binary, child, config, holding_lock, restore, supervisor
from ops.litestream.trouble import KEYS
from tests.losses import processes

pytestmark = pytest.mark.skipif(binary() is None, reason="needs the program litestream")
HOUSE = Path(__file__).parents[2]
KEEP_RUNNING = """
import asyncio, sys
from pathlib import Path
from ops.litestream import Litestream

async def run():
    await Litestream(Path(sys.argv[1]), sys.argv[2]).start()
    print("started", flush=True)
    await asyncio.sleep(60)

asyncio.run(run())
"""


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "data"
    made.mkdir()
    return made


@pytest.fixture
def replica(tmp_path):
    return f"file://{tmp_path}/replica"


@asynccontextmanager
async def running(folder, replica, **how):
    litestream = Litestream(folder, replica, **how)
    await litestream.start()
    try:
        yield litestream
    finally:
        await litestream.stop()


def open_coop(folder, name="oak"):
    """Held open as the server does: WAL, and nobody but Litestream checkpoints."""
    file = folder / "coops" / name / "site.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = files.connect(file, "journal_mode=WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")
    return file, closing(connection)


def write(connection, rows=50):
    for _ in range(rows):
        connection.execute("INSERT INTO notes (text) VALUES (hex(randomblob(200)))")


def content(connection):
    """All but the two small tables that Litestream adds to every file."""
    return [line for line in connection.iterdump() if "_litestream_" not in line]


async def restored(litestream, file, to):
    await restore(litestream.replica_of(file), to)
    with closing(files.connect(to)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return content(connection)


async def until(true, seconds):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "not in time"
        await asyncio.sleep(0.02)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


async def test_what_was_committed_before_a_sync_is_restored_exactly(folder, replica, tmp_path):
    file, coop = open_coop(folder)
    async with running(folder, replica) as litestream:
        with coop as connection:
            assert await litestream.register(file)
            for copy in range(3):
                write(connection)
                assert await litestream.sync(file)
                assert await restored(litestream, file, tmp_path / f"copy{copy}.db") == content(connection)


async def test_a_state_that_was_named_is_restored_as_it_was_then(folder, replica, tmp_path):
    file, coop = open_coop(folder)
    async with running(folder, replica) as litestream:
        await litestream.start()
        assert len(processes(folder)) == 1, "to start it again is harmless"
        with coop as connection:
            assert not await litestream.copied(file), "it does not know the file"
            await litestream.register(file)
            write(connection)
            named, then = await litestream.copied(file), content(connection)
            write(connection)
            assert await litestream.copied(file) > named
            await restore(litestream.replica_of(file), tmp_path / "then.db", txid=named)
    with closing(files.connect(tmp_path / "then.db")) as connection:
        assert content(connection) == then


async def test_the_registry_is_replicated_without_being_registered(folder, replica, tmp_path):
    registry = folder / "registry.db"
    async with running(folder, replica, always=[registry]) as litestream:
        with closing(files.connect(registry, "journal_mode=WAL")) as connection:
            connection.execute("CREATE TABLE coops (id TEXT)")
            assert await litestream.sync(registry)
            assert await restored(litestream, registry, tmp_path / "copy.db") == content(connection)


async def test_unregistering_takes_the_last_commits_along(folder, replica, tmp_path):
    async with running(folder, replica) as litestream:
        for round in range(3):
            file, coop = open_coop(folder)
            assert await litestream.register(file)
            with coop as connection:
                write(connection)
                expected = content(connection)
            assert await litestream.unregister(file)
            assert not await litestream.sync(file), "it has let go of the file"
            assert await restored(litestream, file, tmp_path / f"copy{round}.db") == expected


async def test_stopping_takes_the_last_commits_along_and_frees_the_folder(folder, replica, tmp_path):
    file, coop = open_coop(folder)
    with coop as connection:
        async with running(folder, replica) as litestream:
            assert await litestream.register(file)
            write(connection)
        assert not litestream.alive and not processes(folder)
        with holding_lock(folder) as held:
            assert held
        assert await restored(litestream, file, tmp_path / "copy.db") == content(connection)


async def test_a_killed_litestream_comes_back_and_knows_what_is_open(folder, replica, tmp_path):
    file, coop = open_coop(folder)
    async with running(folder, replica, opened=lambda: [file]) as litestream:
        with coop as connection:
            assert await litestream.sync(file), "what is open at the start is registered"
            (first,) = processes(folder)
            os.kill(first, signal.SIGKILL)
            write(connection)
            await until(lambda: processes(folder) not in ([], [first]) and litestream.alive, 5)
            assert await litestream.sync(file)
            assert await restored(litestream, file, tmp_path / "copy.db") == content(connection)


async def test_what_a_stopped_litestream_did_not_hear_it_is_asked_again(folder, replica, monkeypatch):
    monkeypatch.setattr(supervisor, "PROMPT", 0.2)
    monkeypatch.setattr(supervisor, "AGAIN", 0.2)
    file, coop = open_coop(folder)
    async with running(folder, replica) as litestream:
        with coop:
            (pid,) = processes(folder)
            os.kill(pid, signal.SIGSTOP)
            assert not await litestream.register(file)
            os.kill(pid, signal.SIGCONT)
            await until(lambda: not litestream._unheard, 10)
            assert await litestream.sync(file)


async def test_nothing_is_durable_while_it_is_down(folder, replica):
    file, coop = open_coop(folder)
    async with running(folder, replica) as litestream:
        with coop:
            assert not await litestream.sync(file), "it does not know the file"
            assert await litestream.register(file)
            os.kill(processes(folder)[0], signal.SIGKILL)
            assert not await litestream.sync(file)
            await until(lambda: not litestream.alive, 2)
            assert not await litestream.register(file)
            assert not await litestream.unregister(file)
    assert not await litestream.sync(file) and not litestream.alive


async def test_one_that_is_missing_or_too_old_is_told_in_a_sentence(folder, replica, tmp_path, monkeypatch):
    old = tmp_path / "litestream"
    old.write_text("#!/bin/sh\ntest $1 = version && echo v0.3.13 && exit\necho flag provided but not defined\nexit 2\n")
    old.chmod(0o700)
    for program, says in ((old, "version 0.3.13, and 0.5"), (None, "is not installed")):
        monkeypatch.setattr(child, "binary", lambda program=program: program)
        with pytest.raises(LitestreamTrouble, match=says):
            await Litestream(folder, replica).start()
    with holding_lock(folder) as held:
        assert held, "and the folder is free"


async def test_a_place_that_sends_nothing_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(child, "STALLED", 1.0)
    for key in KEYS[:2]:
        monkeypatch.setenv(key, "x")
    async with await asyncio.start_server(lambda *_: asyncio.sleep(60), "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        url = f"s3://bucket/rose?endpoint=http://127.0.0.1:{port}&region=none&force-path-style=true"
        with pytest.raises(LitestreamTrouble, match="nothing has come from s3://bucket/rose"):
            await restore(url, tmp_path / "never.db")


async def test_a_replica_that_cannot_be_reached_makes_nothing_durable(folder, monkeypatch):
    monkeypatch.setenv("LITESTREAM_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("LITESTREAM_SECRET_ACCESS_KEY", "secret")
    file, coop = open_coop(folder)
    nowhere = "s3://bucket/rose?endpoint=http://127.0.0.1:9&region=none&force-path-style=true"
    async with running(folder, nowhere) as litestream:
        with coop:
            assert await litestream.register(file), "an address is only tried by a sync"
            assert not await litestream.sync(file, patience=1)
            os.kill(processes(folder)[0], signal.SIGKILL)  # or the end would wait for its upload


NOTHING = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"


@pytest.fixture
async def bucket(monkeypatch):
    """Its address, and what was said with each piece that was put there; there is never anything in it."""
    monkeypatch.setenv("LITESTREAM_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("LITESTREAM_SECRET_ACCESS_KEY", "secret")
    said = []

    async def hear(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
        await reader.readexactly(int(headers.get("content-length", 0)))
        if head.startswith("PUT"):
            said.append(headers)
        answer = b"" if head.startswith("PUT") else NOTHING
        about = b"Connection: close\r\nETag: leek\r\nContent-Length: %d" % len(answer)
        writer.write(b"HTTP/1.1 200 OK\r\n%s\r\n\r\n%s" % (about, answer))
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"s3://bucket/rose?endpoint=http://127.0.0.1:{port}&region=eu&force-path-style=true", said


async def test_copies_are_encrypted_with_the_key_that_the_provider_keeps_under_this_name(folder, bucket):
    address, said = bucket
    file, coop = open_coop(folder)
    async with running(folder, f"{address}&sse-kms-key-id=arn:aws:kms:eu:1:key/rose") as litestream:
        with coop as connection:
            assert await litestream.register(file)
            write(connection)
            assert await litestream.sync(file)
    assert {headers["x-amz-server-side-encryption-aws-kms-key-id"] for headers in said} == {"arn:aws:kms:eu:1:key/rose"}


async def test_one_folder_has_one_litestream(folder, replica, tmp_path):
    async with running(folder, replica) as litestream:
        with pytest.raises(LitestreamTrouble, match="another Litestream holds .*litestream.lock"):
            await Litestream(folder, f"file://{tmp_path}/other").start()
        assert litestream.alive and len(processes(folder)) == 1
        with holding_lock(folder) as held:
            assert not held


async def test_whoever_holds_the_lock_keeps_litestream_away_for_so_long(folder, replica):
    litestream = Litestream(folder, replica)
    with holding_lock(folder) as held:
        assert held
        starting = asyncio.create_task(litestream.start())
        await asyncio.sleep(0.3)
        assert not starting.done() and not processes(folder)
    await starting
    assert litestream.alive
    await litestream.stop()


def is_free(folder):
    """A process that is dying is nobody's before its files are closed."""
    with holding_lock(folder) as held:
        return held


async def test_a_killed_server_takes_its_litestream_along(folder, replica):
    server = subprocess.Popen(
        [sys.executable, "-c", KEEP_RUNNING, folder, replica], cwd=HOUSE, stdout=subprocess.PIPE, text=True
    )
    with server:
        assert server.stdout.readline() == "started\n"
        assert len(processes(folder)) == 1
        server.kill()
    await until(lambda: not processes(folder) and is_free(folder), 5)


async def test_no_secret_is_written_down_and_only_we_may_talk_to_it(folder, monkeypatch, caplog):
    monkeypatch.setenv("LITESTREAM_ACCESS_KEY_ID", "AKIAROSE")
    monkeypatch.setenv("LITESTREAM_SECRET_ACCESS_KEY", "thornbush")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere.pem")
    monkeypatch.setenv("ROSE_SECRET_KEY", "petal")
    (folder / "litestream.yml").touch(0o644)
    async with running(folder, "s3://bucket/rose?region=eu") as litestream:
        environment = Path(f"/proc/{processes(folder)[0]}/environ").read_bytes()
        assert mode(folder / "litestream.yml") == mode(folder / "litestream.sock") == 0o600
        assert not list((folder / "litestream").iterdir()), "its working directory is empty"
        assert litestream.alive and litestream.config() == (folder / "litestream.yml").read_text()
    written = litestream.config() + caplog.text
    assert "AKIAROSE" not in written and "thornbush" not in written
    assert b"thornbush" in environment and b"AWS_CA_BUNDLE" not in environment and b"petal" not in environment


@pytest.mark.parametrize(
    "address",
    [
        "s3://ann:secret@bucket",
        "s3://bucket?secret-access-key=secret",
        "s3://bucket?sse-customer-algorithm=AES256&sse-customer-key=secret",
        "s3://bucket?sse-kms-key-id=rose&sse-customer-key-path=/key",
        "replica",
        "file://replica",
    ],
)
async def test_an_address_with_keys_or_without_a_scheme_is_unheard(folder, address, tmp_path):
    with pytest.raises(LitestreamTrouble) as refusal:
        await Litestream(folder, address).start()
    with pytest.raises(LitestreamTrouble):
        await restore(address, tmp_path / "copy.db")
    assert "secret@" not in str(refusal.value) and "=secret" not in str(refusal.value)


def test_a_file_keeps_its_relative_path_in_the_replica(folder):
    file = folder / "coops" / "oak" / "site.db"
    s3 = "s3://bucket/rose/?endpoint=http://10.0.0.7:9000&region=eu"
    assert Litestream(folder, "file:///copies").replica_of(file) == "file:///copies/coops/oak/site.db"
    expected = "s3://bucket/rose/coops/oak/site.db?endpoint=http://10.0.0.7:9000&region=eu"
    assert Litestream(folder, s3).replica_of(file) == expected
    assert expected in config(folder, s3, [file])
    with pytest.raises(ValueError):
        Litestream(folder, s3).replica_of(folder.parent / "elsewhere.db")


async def test_a_folder_with_a_long_and_odd_path_is_served_too(tmp_path):
    folder = tmp_path / ("long " * 20) / "$HOME 'quoted' \"ö\" 100%"
    folder.mkdir(parents=True)
    file, coop = open_coop(folder)
    async with running(folder, f"file://{tmp_path}/a replica") as litestream:
        with coop as connection:
            assert await litestream.register(file)
            write(connection)
            assert await litestream.sync(file)
            assert await restored(litestream, file, tmp_path / "copy.db") == content(connection)


async def test_a_restore_says_why_it_cannot_and_leaves_nothing(replica, tmp_path):
    with pytest.raises(LitestreamTrouble, match="could not be restored: .*no matching backup"):
        await restore(replica, tmp_path / "copy.db")
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(LitestreamTrouble, match="already exists"):
        await restore(replica, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"
    assert [entry.name for entry in tmp_path.iterdir()] == ["copy.db"]


async def test_what_keeps_it_from_starting_is_said_in_one_sentence(folder, replica):
    with pytest.raises(LitestreamTrouble, match="cannot be started in .*nowhere"):
        await Litestream(folder / "nowhere", replica).start()
    with pytest.raises(LitestreamTrouble, match="ended at once .*invalid URL escape"):
        await Litestream(folder, "file:///100%", always=[folder / "registry.db"]).start()
    assert not processes(folder)
    with holding_lock(folder) as held:
        assert held
