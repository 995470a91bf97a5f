"""Mail: what it says, and where it goes."""

import asyncio
import re
from email import message_from_bytes
from email.policy import SMTP, default

import pytest

from app.mail import Folder, Letters, Server
from app.templates import templates
from domains.site import Site

ABOUT = {"template": "sign-in", "sign_in": 7, "next": ""}


class Postbag:
    def __init__(self):
        self.mails = []

    async def take(self, mail):
        self.mails.append(mail)


@pytest.fixture
def site():
    return Site(name="Oak", url="https://oak.example")


@pytest.fixture
def letters(site):
    return letters_of(site)


def letters_of(site, post=None, sender=""):
    async def asked():
        return site

    return Letters(templates("en-GB"), asked, lambda purpose, what: f"{what}.{purpose}", post or Postbag(), sender)


def write(letters, site, to="maud@oak.example", key="oak:sign-in:7", **about):
    return letters.write(site, key, to, ABOUT | about)


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def test_a_sign_in_mail_says_what_it_is_and_what_to_do(letters, site):
    mail = write(letters, site)
    assert mail["Subject"] == "Your link to sign in to Oak"
    assert text_of(mail) == (
        "Somebody, most likely you, asked to sign in to Oak with this address.\n"
        "Open this link, then press the button:\n"
        "\n"
        "https://oak.example/account/sign-in-link/7.sign-in\n"
        "\n"
        "It works once, within half an hour.\n"
        "If you did not ask for it, there is nothing to do: nobody is signed in by a link that nobody opens.\n"
        "\n"
        "Oak\n"
        "https://oak.example\n"
    )


def test_where_somebody_wanted_to_go_stands_in_the_link(letters, site):
    text = text_of(write(letters, site, next="/events/calendar?month=2026-12&a=b"))
    assert "/sign-in-link/7.sign-in?next=/events/calendar%3Fmonth%3D2026-12%26a%3Db\n" in text


def test_a_welcome_says_how_to_come_in_later_too(letters, site):
    mail = write(letters, site, template="welcome")
    assert mail["Subject"] == "Welcome to Oak"
    links = re.findall(r"https://\S+", text_of(mail))
    assert links == [
        "https://oak.example/account/sign-in-link/7.sign-in",
        "https://oak.example/account/sign-in",
        "https://oak.example",
    ]


def test_a_mail_comes_from_the_coop_and_asks_for_no_answer_from_machines(letters, site):
    mail = write(letters, site)
    assert str(mail["From"]) == "Oak <hello@oak.example>" and mail["To"] == "maud@oak.example"
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Date"].datetime.tzinfo
    assert str(write(letters_of(site, sender="post@mail.example"), site)["From"]) == "Oak <post@mail.example>"


def test_the_same_key_is_the_same_mail_and_another_is_another(letters, site):
    ids = [str(write(letters, site, key=key)["Message-ID"]) for key in ("k:a+b@c", "k:a+b@c", "k:a.b@c", "k" * 2000)]
    assert ids[0] == ids[1] and len(set(ids)) == 3
    assert all(re.fullmatch(r"<[0-9a-f]{32}@oak\.example>", id) for id in ids)


@pytest.mark.parametrize("name", ["Öak & Ash <b>", 'Oak, "the" co-op', "شجرة 🌳", "Oak " * 15])
def test_any_name_survives_the_post(letters, name):
    site = Site(name=name.strip(), url="https://oak.example")
    mail = message_from_bytes(write(letters, site).as_bytes(), policy=default)
    assert mail["From"].addresses[0].display_name == name.strip() and f"sign in to {name.strip()}" in mail["Subject"]
    assert f"asked to sign in to {name.strip()} with" in text_of(mail)


@pytest.mark.parametrize("template", ["digest", "urgent", "reader-already"])
def test_what_can_be_stopped_says_so_to_people_and_to_programs(letters, site, template):
    mail = write(letters, site, to="maud" * 15 + "@oak.example", template=template, title="Leeks", slug="leeks")
    (link,) = re.findall(r"https://oak\.example/account/reading/\S+\.reading", text_of(mail))
    heads = mail.as_bytes(policy=SMTP).partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert f"List-Unsubscribe: <{link}>" in heads, "neither folded nor encoded, however long"
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in heads


@pytest.mark.parametrize("about", [{}, {"template": "welcome"}, {"template": "subscribe", "link": "abc"}])
def test_what_comes_once_cannot_be_stopped(letters, site, about):
    assert write(letters, site, **about)["List-Unsubscribe"] is None


def test_what_is_written_as_an_encoded_word_adds_no_header_either(letters):
    evil = "=?utf-8?q?Oak=0D=0ABcc:all@evil.example?="
    about = {"post": 1, "title": evil, "slug": "oak"}
    mail = write(letters, Site(name=evil, url="https://oak.example"), template="digest", **about)
    assert message_from_bytes(mail.as_bytes(), policy=default)["Bcc"] is None and "\n" not in str(mail["Subject"])


def test_a_name_cannot_add_a_header(letters):
    with pytest.raises(ValueError):
        write(letters, Site(name="Oak\nBcc: all@evil.example", url="https://oak.example"), template="welcome")


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_a_coop_on_this_machine_can_write_too(letters, url):
    assert b"\nMessage-ID: <" in write(letters, Site(name="Oak", url=url)).as_bytes()


def test_an_address_in_another_script_is_written_as_mail_servers_do(letters, site):
    assert write(letters, site, to="maud@bäume.example")["To"] == "maud@xn--bume-loa.example"


@pytest.mark.parametrize(
    "to", ["a,b@oak.example", "möhre@oak.example", "<a>@oak.example", "maud@" + "a" * 70 + ".example"]
)
def test_what_no_mail_server_takes_is_said_so(letters, site, to):
    with pytest.raises(Exception, match="."):
        write(letters, site, to=to)


async def test_a_folder_keeps_the_newest_first_and_for_its_owner_alone(site, tmp_path):
    folder = Folder(tmp_path / "mail")
    letters = letters_of(site, folder)
    assert folder.all() == []
    for number in range(3):
        await letters.send(f"k{number}", f"reader{number}@oak.example", ABOUT)
    assert [mail["To"] for mail in folder.all()] == [f"reader{n}@oak.example" for n in (2, 1, 0)]
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "mail").iterdir()} == {0o600}
    assert "sign-in-link/7" in text_of(folder.all()[0])


async def test_long_keys_that_begin_alike_are_two_mails(site, tmp_path):
    letters = letters_of(site, Folder(tmp_path))
    for end in "ab":
        await letters.send("k" * 300 + end, "maud@oak.example", ABOUT)
    assert len(Folder(tmp_path).all()) == 2


async def test_a_mail_server_is_handed_the_mail(site, office):
    await letters_of(site, Server(office.url)).send("k", "maud@oak.example", ABOUT)
    (envelope,) = office.taken
    assert envelope.mail_from == "hello@oak.example" and envelope.rcpt_tos == ["maud@oak.example"]
    assert "sign-in-link/7.sign-in" in text_of(message_from_bytes(envelope.content, policy=default))


async def test_a_mail_that_was_not_taken_is_no_mail(site, office):
    office.refuses = 1
    with pytest.raises(Exception, match="later"):
        await letters_of(site, Server(office.url)).send("k", "maud@oak.example", ABOUT)
    with pytest.raises(OSError):
        async with asyncio.timeout(5):
            await letters_of(site, Server("smtp://127.0.0.1:1")).send("k", "maud@oak.example", ABOUT)
