"""The place of copies: a folder; and a bucket, as far as one can be asked that is not there."""

import os
import shutil
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ops.litestream import LitestreamTrouble
from ops.replica import Replica


@pytest.fixture
def folder(tmp_path):
    """Two co-ops' copies."""
    for coop in ("oak", "elm"):
        for name in ("0/1.ltx", "0/2.ltx", "9/1.ltx"):
            file = tmp_path / "a replica 100%" / "coops" / coop / "site.db/ltx" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"x" * 1000)
    return tmp_path / "a replica 100%"


async def test_what_lies_there_is_counted_and_dated(folder):
    os.utime(folder / "coops/oak/site.db/ltx/0/2.ltx", (time.time() + 60,) * 2)
    assert await Replica(f"file://{folder}").size() == 6000
    oak = Replica(f"file://{folder}/coops/oak")
    assert await oak.size() == 3000 and await oak.newest() > datetime.now(UTC)


async def test_what_is_erased_is_gone_and_nothing_else(folder):
    oak = Replica(f"file://{folder}/coops/oak")
    assert await oak.erase() == 3 and not (folder / "coops/oak").exists()
    assert await oak.erase() == 0 == await oak.size()
    assert await Replica(f"file://{folder}").size() == 3000


async def test_a_folder_that_is_not_there_is_empty(tmp_path):
    nowhere = Replica(f"file://{tmp_path}/nowhere")
    assert await nowhere.size() == 0 and await nowhere.newest() is None and await nowhere.erase() == 0
    assert not (tmp_path / "nowhere").exists()


@contextmanager
def as_nobody():
    """Root may read everything."""
    mine = os.geteuid()
    try:
        if mine == 0:
            os.seteuid(65534)
        yield
    finally:
        os.seteuid(mine)


@pytest.mark.parametrize("closed", ["oak", "oak/site.db/ltx"])
@pytest.mark.parametrize("do", [Replica.size, Replica.erase])
async def test_what_cannot_be_read_is_told_of_in_a_sentence(folder, do, closed):
    with TemporaryDirectory() as place:
        copies = shutil.copytree(folder / "coops", Path(place) / "coops")
        Path(place).chmod(0o755)
        (copies / closed).chmod(0o000)
        with as_nobody(), pytest.raises(LitestreamTrouble, match="oak cannot be reached") as told:
            await do(Replica(f"file://{copies}/oak"))
        assert "\n" not in str(told.value)
        (copies / closed).chmod(0o700)
        assert await Replica(f"file://{copies}/oak").size() == 3000


@pytest.mark.parametrize("do", [Replica.size, Replica.newest, Replica.erase])
async def test_a_bucket_that_does_not_answer_is_told_of_in_a_sentence_without_secrets(monkeypatch, do):
    monkeypatch.setenv("LITESTREAM_ACCESS_KEY_ID", "AKIAROSE")
    monkeypatch.setenv("LITESTREAM_SECRET_ACCESS_KEY", "thornbush-and-hawthorn")
    nowhere = Replica("s3://bucket/rose/coops/oak?endpoint=http://127.0.0.1:9&region=none&force-path-style=true")
    with pytest.raises(LitestreamTrouble, match="s3://bucket/rose/coops/oak.* cannot be reached") as told:
        await do(nowhere)
    said = str(told.value)
    assert "\n" not in said and len(said) < 500 and "AKIAROSE" not in said and "thornbush" not in said
