"""Mail: written from a co-op's own words and links, then handed to a mail server, or to a folder on this machine."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from jinja2 import Environment

from domains.account import ReaderLink
from domains.site import Site
from flows import Refused

Signer = Callable[[str, str], str]
"""(purpose, what) -> what, signed by the co-op's own key."""


class WebAddress(UnstructuredHeader, BaseHeader):
    """A header that stays on its line as it is: the library would fold a long one, and encode it."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


HEADERS = HeaderRegistry()
HEADERS.map_to_type("List-Unsubscribe", WebAddress)


class Post(Protocol):
    """Where written mails go."""

    async def take(self, mail: EmailMessage) -> None:
        """Raises when it is not certain that the mail was taken."""


class Folder:
    """The post office of a machine that has none: every mail is a file, the newest last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def take(self, mail: EmailMessage) -> None:
        await asyncio.to_thread(self._write, mail)

    def all(self) -> list[EmailMessage]:
        """The newest first, a hundred at most."""
        import email
        from email.policy import default

        files = sorted(self._folder.glob("*.eml"), key=_written, reverse=True)[:100]
        return [email.message_from_bytes(file.read_bytes(), policy=default) for file in files]

    def _write(self, mail: EmailMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        written = mail["Date"].datetime.astimezone(UTC)
        name = f"{written:%Y%m%d-%H%M%S}-{_digest(str(mail['Message-ID']))}"
        part = self._folder / f".{name}.part"
        part.write_bytes(mail.as_bytes(policy=SMTP))
        part.chmod(0o600)
        part.rename(self._folder / f"{name}.eml")


class Server:
    """An SMTP server: smtps:// speaks TLS at once, smtp:// asks for STARTTLS where the server has it."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    async def take(self, mail: EmailMessage) -> None:
        import aiosmtplib

        parts = self._parts
        try:
            await aiosmtplib.send(
                mail,
                hostname=parts.hostname,
                port=parts.port or (465 if parts.scheme == "smtps" else 587),
                username=unquote(parts.username) if parts.username else None,
                password=unquote(parts.password) if parts.password else None,
                use_tls=parts.scheme == "smtps",
                timeout=20,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(one.code >= 500 for one in error.recipients):  # RFC 5321, 4.2.1: it will say so again
                raise Refused(error.recipients[0].message) from error
            raise


class Letters:
    """One co-op's mailer: `payload` names a template of `templates/mail` and says what stands in it.

    A template's first line is the subject. `sign(purpose, what)` makes a link that only this co-op could have made, and
    `stop` is one: with it whoever has the mail stops the newsletter, for good and without an account.
    """

    def __init__(self, templates: Environment, site: Callable[[], Any], sign: Signer, post: Post, sender: str) -> None:
        self._templates, self._site, self._sign, self._post, self._sender = templates, site, sign, post, sender

    async def send(self, key: str, to: str, payload: Mapping[str, Any]) -> None:
        await self._post.take(self.write(await self._site(), key, to, payload))

    def write(self, site: Site, key: str, to: str, payload: Mapping[str, Any]) -> EmailMessage:
        from email.headerregistry import Address
        from email.utils import localtime

        template = self._templates.get_template(f"mail/{payload['template']}.txt")
        stop = f"{site.url}/account/reading/{self._sign('reading', ReaderLink(to).written())}"
        about = {**payload, "site": site, "to": to, "sign": self._sign, "stop": stop}
        subject, _, body = template.render(about).partition("\n")
        mail = EmailMessage(EmailPolicy(header_factory=HEADERS))
        mail["Subject"] = _unencoded(subject.strip())
        host = f"[IPv6:{site.host}]" if ":" in site.host else site.host
        mail["From"] = Address(_unencoded(site.name), addr_spec=self._sender or f"hello@{host}")
        mail["To"] = Address(addr_spec=_for_machines(to))
        mail["Date"] = localtime()
        mail["Message-ID"] = f"<{_digest(key)}@{host}>"
        mail["Auto-Submitted"] = "auto-generated"
        if stop in body:  # what tells people how to stop it tells their mail programs (RFC 8058)
            mail["List-Unsubscribe"] = f"<{stop}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(body.strip() + "\n")
        return mail


def _written(file: Path) -> tuple[str, int]:
    """Dates of mails are whole seconds; within one, the disk remembers."""
    return file.name[:15], file.stat().st_mtime_ns


def _unencoded(text: str) -> str:
    """What people wrote is no encoded word (RFC 2047): it would be decoded, and could hold the end of a line."""
    return text.replace("=?", "= ?")


def _for_machines(address: str) -> str:
    """A domain in any script, as mail servers write it (RFC 3490). Raises UnicodeError for what is none."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


def _digest(key: str) -> str:
    """As good as the key, and short: a header line is, and a mail server takes two of the same for one mail."""
    return sha256(key.encode()).hexdigest()[:32]
