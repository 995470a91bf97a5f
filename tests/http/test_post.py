"""Mail through a real mail server, from a form to the link that signs in; no worker, clock or socket is made up."""

import asyncio
import re
import shutil
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from app.main import House
from app.settings import Secret
from tests.http.conftest import MEMBER, settings


@pytest.fixture
async def house(furnished, tmp_path, office, monkeypatch):
    monkeypatch.setattr("flows.engine.deliveries.back_off", lambda attempt: 0.01)
    shutil.copytree(furnished, tmp_path / "data")
    known = settings(tmp_path / "data")
    house = House(replace(known, smtp_url=Secret(office.url)))
    async with house.serving():
        yield house


@pytest.mark.parametrize(("refuses", "dies"), [(0, 0), (2, 0), (0, 2)], ids=["taken", "refused first", "died first"])
async def test_a_link_asked_for_arrives_by_mail_once_and_signs_in(oak, office, refuses, dies):
    office.refuses, office.dies = refuses, dies
    assert (await oak.post("/account/sign-in", data={"address": MEMBER})).status_code == 303
    async with asyncio.timeout(10):
        await office.came.wait()
    (envelope,) = office.taken
    assert envelope.rcpt_tos == [MEMBER] and not (office.refuses or office.dies)
    mail = message_from_bytes(envelope.content, policy=default)
    link = re.search(r"https://oak\.example(/account/sign-in-link/\S+)", mail.get_content())[1]
    assert (await oak.post(link)).status_code == 303
    assert "Maud" in (await oak.get("/account/home")).text
    await asyncio.sleep(0.1)
    assert len(office.taken) == 1
