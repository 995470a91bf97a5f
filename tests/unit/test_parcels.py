"""A co-op in one file: what is in it, what is not, and what is no such file."""

import asyncio
import os
import random
import shutil
import sqlite3
import threading
from contextlib import contextmanager

import pytest

from app import files, label, migrations, moving, parcel, wrapping
from app.coop import Coop
from app.keys import Keyring, Sealer, new_keys
from app.label import careful
from app.trouble import Trouble
from domains import account, blog
from domains.base import Table
from domains.site import Facts, describe, keep_key, show_key
from tests.conftest import Bell, Letterbox

WORDS, URL = "twelve leeks and a bough", "https://oak.example"
HERE, THERE = Sealer("a secret of this machine", "oak"), Sealer("a secret of that machine", "oak")
HASH = "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5cyBzYWx0$bm9ib2R5cyBoYXNo"


@pytest.fixture(scope="module")
def lived_in(empty, tmp_path_factory):
    """A file with everything in it that nobody else may read, and many who have signed in."""
    file = tmp_path_factory.mktemp("lived") / "site.db"
    shutil.copy(empty, file)
    asyncio.run(live_in(file))
    return file


async def live_in(file):
    coop, keys = await Coop(file, Bell(), Letterbox()).prepare(), new_keys()
    async with coop.writing() as db:
        await describe(db, Facts("Oak"), URL)
        for name, key in keys.items():
            await keep_key(db, name, HERE.seal(name, key))
        await show_key(db, "a public key")
        ruth = await account.add_person(db, "Ruth", "ruth@oak.example", "steward")
        ruth.password = HASH
        await account.offer_sign_in(db, ruth)
        for number in range(200):
            await account.begin_session(db, ruth.id)
            await account.name_session(db, number, "Firefox of nobody else")
        await account.count_client(db, "10.9.8.7-client")
    await coop.close()


@pytest.fixture
async def live(lived_in, tmp_path, bell, mailer):
    """It, open."""
    file = tmp_path / "oak" / "site.db"
    file.parent.mkdir()
    shutil.copy(lived_in, file)
    coop = await Coop(file, bell, mailer).prepare()
    yield coop
    await coop.close()


def packed(coop, to, passphrase=""):
    parcel.pack(coop.file, to, "oak", HERE, passphrase)
    return to


def unpack(file, sealer, passphrase, url):
    parcel.unpack(file, parcel.look_through(file), sealer, passphrase, url)


@contextmanager
def forging(file):
    """Changed by somebody who can count a digest too."""
    with careful(file) as connection:
        yield connection
    label.stamp(file)


def rows(file, question):
    with careful(file) as connection:
        return connection.execute(question).fetchall()


def secrets(file):
    """What of it must never be read by whoever finds an export."""
    tokens = rows(file, "SELECT token FROM account_sessions")
    wrapped = rows(file, "SELECT wrapped FROM site_keys")
    return [
        HASH.encode(),
        b"10.9.8.7-client",
        b"Firefox of nobody",
        *(t.encode() for (t,) in tokens),
        *(w for (w,) in wrapped),
    ]


@pytest.mark.parametrize("passphrase", ["", WORDS])
async def test_no_byte_of_what_nobody_else_may_read_is_in_it(live, tmp_path, passphrase):
    data = packed(live, tmp_path / "oak.rose", passphrase).read_bytes()
    found = secrets(live.file)
    assert len(found) > 200 and b"ruth@oak.example" in data
    assert not [secret for secret in found if secret in data]
    assert WORDS.encode() not in data and rows(tmp_path / "oak.rose", "PRAGMA freelist_count") == [(0,)]


def test_every_table_and_column_that_holds_a_secret_is_left_out():
    telling = {"token", "wrapped", "password", "spent", "secret"}
    holding = {table.name for table in Table.metadata.sorted_tables if telling & {c.name for c in table.columns}}
    assert holding - {"account_people"} <= set(parcel.SECRET)
    assert [c.name for c in Table.metadata.tables["account_people"].columns if c.name in telling] == ["password"]


async def test_it_says_what_it_is_whose_and_from_when(live, tmp_path):
    found = label.read(packed(live, tmp_path / "oak.rose"))
    assert (found.coop, found.slug, found.url, found.version) == ("oak", "oak", URL, migrations.HEAD)
    assert found.made.endswith("+00:00") and not found.is_sealed
    assert rows(tmp_path / "oak.rose", "PRAGMA application_id") == [(0x526F7365,)]
    assert label.read(packed(live, tmp_path / "sealed.rose", WORDS)).is_sealed
    assert (tmp_path / "oak.rose").stat().st_mode & 0o777 == 0o600


async def test_with_the_passphrase_all_of_it_is_as_it_was_sealed_for_its_new_machine(live, tmp_path):
    file = packed(live, tmp_path / "oak.rose", WORDS)
    unpack(file, THERE, WORDS, URL)
    for question in (
        "SELECT * FROM account_sessions",
        "SELECT * FROM account_sign_ins",
        "SELECT * FROM account_people",
    ):
        assert rows(file, question) == rows(live.file, question) != []
    before = Keyring(HERE, dict(rows(live.file, "SELECT * FROM site_keys"))).sign("session", "abc")
    assert Keyring(THERE, dict(rows(file, "SELECT * FROM site_keys"))).unsign("session", before) == "abc"
    assert rows(file, "SELECT url FROM site") == [(URL,)] and rows(file, "PRAGMA application_id") == [(0,)]


async def test_without_keys_it_gets_new_ones_and_nobody_is_signed_in(live, tmp_path):
    file = packed(live, tmp_path / "oak.rose")
    unpack(file, THERE, "", "https://ash.example")
    assert rows(file, "SELECT count(*) FROM account_sessions") == [(0,)]
    assert rows(file, "SELECT password, address FROM account_people") == [("", "ruth@oak.example")]
    before = Keyring(HERE, dict(rows(live.file, "SELECT * FROM site_keys"))).sign("session", "abc")
    assert Keyring(THERE, dict(rows(file, "SELECT * FROM site_keys"))).unsign("session", before) is None
    ((url, public),) = rows(file, "SELECT url, public_key FROM site")
    assert url == "https://ash.example" and "BEGIN PUBLIC KEY" in public


async def test_a_number_that_was_used_is_never_used_again(live, tmp_path):
    file = packed(live, tmp_path / "oak.rose")
    unpack(file, THERE, "", URL)
    asked = "SELECT seq FROM sqlite_sequence WHERE name = 'account_sessions'"
    assert rows(file, asked) == rows(live.file, asked) == [(200,)]


async def test_another_passphrase_opens_nothing(live, tmp_path):
    file = packed(live, tmp_path / "oak.rose", WORDS)
    with pytest.raises(Trouble, match="not the passphrase"):
        unpack(file, THERE, WORDS + " ", URL)
    with pytest.raises(Trouble, match="at least 12"):
        wrapping.check_passphrase("leeks")


async def test_what_was_sealed_for_one_coop_opens_for_no_other(live, tmp_path):
    file = packed(live, tmp_path / "oak.rose", WORDS)
    with forging(file) as connection:
        connection.execute("UPDATE rose_export SET coop = 'elm'")
    with pytest.raises(Trouble, match="not the passphrase"):
        unpack(file, Sealer("a secret of that machine", "elm"), WORDS, URL)


def test_a_file_cannot_ask_for_more_memory_than_there_is():
    kdf, salt, wrapped = wrapping.wrap(WORDS, "oak", b"keys")
    assert wrapping.unwrap(WORDS, "oak", kdf, salt, wrapped) == b"keys"
    for wrong in ({"memory": 2**40}, {"time": 10**9}, {"name": "md5"}, {"lanes": 0}, {"memory": "much"}):
        with pytest.raises(wrapping.WrongPassphrase):
            wrapping.unwrap(WORDS, "oak", kdf | wrong, salt, wrapped)


async def test_it_is_of_one_moment_while_others_write(live, tmp_path):
    """Two rows that are always written together are never parted."""
    ended = threading.Event()

    def write():
        connection = files.connect(live.file, timeout=10)
        number = 0
        while not ended.is_set():
            connection.execute("BEGIN IMMEDIATE")
            for half in "ab":
                connection.execute("INSERT INTO account_readers (address) VALUES (?)", (f"{half}{number}@x.example",))
            connection.execute("COMMIT")
            number += 1
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        counts = []
        for number in range(8):
            file = packed(live, tmp_path / f"{number}.rose")
            counts += rows(file, "SELECT count(*) FROM account_readers")
    finally:
        ended.set()
        thread.join()
    assert all(count % 2 == 0 for (count,) in counts) and counts[-1] > counts[0]


async def test_what_is_damaged_is_refused(live, tmp_path):
    file = packed(live, tmp_path / "oak.rose")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Trouble, match="damaged"):
        unpack(file, THERE, "", URL)
    middle = len(whole) // 2 // 4096 * 4096
    file.write_bytes(whole[:middle] + os.urandom(4096) + whole[middle + 4096 :])
    with pytest.raises(Trouble, match="damaged"):
        unpack(file, THERE, "", URL)


async def test_a_bit_that_has_changed_anywhere_is_noticed(live, tmp_path):
    """What it is, and of which format, is read first: where that has changed, it is no export, or a newer one."""
    file = packed(live, tmp_path / "oak.rose", WORDS)
    whole, chance = bytearray(file.read_bytes()), random.Random(5)
    header = {*range(16), *range(60, 64), *range(68, 72)}
    with open(file, "r+b", buffering=0) as out:
        for where in (*range(120), *(chance.randrange(len(whole)) for _ in range(250))):
            os.pwrite(out.fileno(), bytes([whole[where] ^ 1 << chance.randrange(8)]), where)
            with pytest.raises(Trouble, match=r"damaged|is no co-op|newer" if where in header else "damaged"):
                parcel.look_through(file)
            os.pwrite(out.fileno(), whole[where : where + 1], where)
    assert parcel.look_through(file).is_sealed


async def test_one_from_before_there_was_a_digest_is_taken(live, tmp_path):
    file = packed(live, tmp_path / "oak.rose", WORDS)
    with careful(file) as connection:
        connection.execute("ALTER TABLE rose_export DROP COLUMN digest")
        connection.execute("PRAGMA user_version = 1")
    unpack(file, THERE, WORDS, URL)
    with careful(file) as connection:
        assert connection.execute("SELECT count(*) FROM account_sessions").fetchone() == (200,)


async def test_a_digest_cannot_be_left_out(live, tmp_path):
    file = packed(live, tmp_path / "oak.rose")
    with careful(file) as connection:
        connection.execute("ALTER TABLE rose_export DROP COLUMN digest")
    with pytest.raises(Trouble, match="damaged"):
        parcel.look_through(file)


async def test_what_is_foreign_or_newer_is_refused(live, empty, tmp_path):
    (tmp_path / "letter").write_text("Dear Ruth")
    for strange in (tmp_path / "letter", empty, live.file):
        with pytest.raises(Trouble, match="is no co-op"):
            label.read(strange)
    with pytest.raises(Trouble, match="cannot be read"):
        label.read(tmp_path / "nowhere")
    file = packed(live, tmp_path / "newer.rose")
    with forging(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Trouble, match="newer"):
        unpack(file, THERE, "", URL)
    with careful(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(Trouble, match="newer"):
        unpack(file, THERE, "", URL)


async def test_what_litestream_notes_in_every_file_stays_here(live, tmp_path):
    with careful(live.file) as connection:
        connection.execute("CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)")
    unpack(packed(live, tmp_path / "oak.rose"), THERE, "", URL)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TRIGGER more AFTER INSERT ON site_keys BEGIN UPDATE account_people SET role = 'steward'; END",
        "CREATE VIEW more AS SELECT 1",
        "CREATE TABLE more (a)",
        "DROP TABLE blog_posts",
    ],
)
async def test_what_would_do_something_of_its_own_is_refused(live, tmp_path, change):
    file = packed(live, tmp_path / "oak.rose")
    with forging(file) as connection:
        connection.execute(change)
    with pytest.raises(Trouble, match=r"is no co-op|damaged"):
        unpack(file, THERE, "", URL)


async def test_a_session_that_somebody_wrote_into_it_signs_nobody_in(live, tmp_path):
    file = packed(live, tmp_path / "oak.rose")
    with forging(file) as connection:
        connection.execute(
            "INSERT INTO account_sessions (token, ends, person_id, started, browser) VALUES (1, 2, 1, 3, '')"
        )
    unpack(file, THERE, "", URL)
    assert rows(file, "SELECT count(*) FROM account_sessions") == [(0,)]


async def test_an_export_that_cannot_be_made_leaves_nothing(live, tmp_path, monkeypatch):
    monkeypatch.setattr(parcel, "check", lambda file: (_ for _ in ()).throw(Trouble("no")))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Trouble):
        packed(live, tmp_path / "oak.rose")
    assert sorted(tmp_path.rglob("*")) == before


async def test_a_full_disk_is_called_that(live, tmp_path, monkeypatch):
    def upgrade(file):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(migrations, "upgrade", upgrade)
    with pytest.raises(Trouble, match="disk is full"):
        unpack(packed(live, tmp_path / "oak.rose"), THERE, "", URL)


def test_a_file_that_is_there_is_never_written_over_unless_told(tmp_path):
    made, there = tmp_path / "made", tmp_path / "there"
    made.write_text("new")
    there.write_text("old")
    with pytest.raises(Trouble, match="--force"):
        moving.hand_over(made, there, force=False)
    assert there.read_text() == "old"
    moving.hand_over(made, there, force=True)
    moving.hand_over(made, tmp_path / "other", force=False)
    assert there.read_text() == (tmp_path / "other").read_text() == "new"
    assert there.stat().st_mode & 0o777 == 0o600 and len(list(tmp_path.iterdir())) == 3
    with pytest.raises(Trouble, match="cannot be written"):
        moving.hand_over(made, tmp_path / "no" / "such", force=False)


def test_on_a_disk_without_second_names_a_file_is_not_written_over_either(tmp_path, monkeypatch):
    made, there = tmp_path / "made", tmp_path / "there"
    made.write_text("new")
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError("no links here")))
    moving.hand_over(made, there, force=False)
    assert there.read_text() == "new" and len(list(tmp_path.iterdir())) == 2
    with pytest.raises(Trouble, match="--force"):
        moving.hand_over(made, there, force=False)


def test_what_a_killed_export_left_is_swept_after_a_day(tmp_path):
    old, new = moving.place(tmp_path), moving.place(tmp_path)
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    moving.place(tmp_path)
    assert new.exists() and not old.exists()


async def test_what_is_found_in_it_is_what_it_holds_whatever_its_index_says(live, tmp_path):
    async with live.writing() as db:
        await blog.write_post(db, blog.Words("Leeks"), status="published")
    file = packed(live, tmp_path / "oak.rose")
    with forging(file) as connection:
        connection.execute("INSERT INTO search (rowid, title, path) VALUES (81, 'Forged', '//far.example')")
    unpack(file, THERE, "", URL)
    assert rows(file, "SELECT title FROM search WHERE search MATCH 'leeks OR forged'") == [("Leeks",)]
