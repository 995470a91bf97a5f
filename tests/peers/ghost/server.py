"""One Ghost: started, killed, and asked over its Admin API, as a custom integration with a key or as its owner."""

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime
from io import BytesIO

import httpx

from tests.e2e.conftest import ROOT, free_port

from .bring import GHOST, NODE

OWNER = {"name": "Maud Alder", "email": "maud@oakhill.example", "password": "a-thorn-for-every-rose"}
TITLE = "Oak Hill"
WRITING = "source=html&formats=html,lexical"
IMPORTED = re.compile("site-content-import (completed|failed)")
PATIENCE = 120  # seconds
ALONE = {
    "sendWelcomeEmail": False,
    "mail": {"transport": "stub"},
    "privacy": {"useUpdateCheck": False, "useGravatar": False, "useRpcPing": False, "useIndexNow": False},
    "security": {"staffDeviceVerification": False, "allowWebhookInternalIPs": True},
    "labs": {"selfServeArchives": True},
}
"""It asks and mails nobody, calls webhooks on this machine, and its owner comes in without a code, and may take all."""


class Ghost:
    """`with Ghost(folder) as ghost`: set up, with an integration. `url`; `key`: "id:secret", as Ghost shows it."""

    def __init__(self, folder, port=0):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key, self.process, self._folder = "", None, folder
        about = {"base_url": f"{self.url}/ghost/api/admin/", "timeout": PATIENCE}
        self._integration = httpx.Client(auth=self._sign, **about)
        self._owner = httpx.Client(headers={"Origin": self.url}, **about)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *about):
        self.kill()
        self._integration.close()
        self._owner.close()

    def start(self):
        """Until it answers; it is set up the first time."""
        if not self.key:
            self._prepare()
        leash = [sys.executable, "-I", "-S", str(ROOT / "ops/leash.py"), str(os.getpid())]
        environment = {**os.environ, "NODE_ENV": "production"}
        with open(self._folder / "log", "ab") as log:
            command = [*leash, str(NODE), "current/index.js"]
            self.process = subprocess.Popen(command, cwd=self._folder, env=environment, stdout=log, stderr=log)
        self._wait()
        if not self.key:
            self._set_up()

    def kill(self):
        """Nothing of it is left, and nothing that it has kept is lost."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def log(self):
        files = [self._folder / "log", *self._folder.glob("content/logs/*.log")]
        return "\n".join(file.read_text() for file in files)

    def ask(self, method, path, **about):
        """Its answer, whatever that is, to the integration's key; `path` is one of the Admin API's, like `posts/`."""
        return self._integration.request(method, path, **about)

    def admin(self, method, path, json=None, **about):
        """What it tells the integration's key; it must not refuse."""
        return told(self.ask(method, path, json=json, **about))

    def own(self, method, path, json=None, **about):
        """What it tells its owner, who may do more than a key."""
        return told(self._owner.request(method, path, json=json, **about))

    def publish(self, title, kind="posts", **about):
        """The new post, or page, as the API shows it; `about`: its `html` or `lexical`, `tags`, …"""
        post = {"title": title, "status": "published", **about}
        return self.admin("POST", f"{kind}/?{WRITING}", {kind: [post]})[kind][0]

    def edit(self, id, kind="posts", **about):
        """As it is afterwards."""
        there = self.admin("GET", f"{kind}/{id}/")[kind][0]
        post = {"updated_at": there["updated_at"], **about}
        return self.admin("PUT", f"{kind}/{id}/?{WRITING}", {kind: [post]})[kind][0]

    def delete(self, id, kind="posts"):
        self.admin("DELETE", f"{kind}/{id}/")

    def posts(self, kind="posts", **query):
        """All of them, oldest change first."""
        query = {"formats": "html,lexical", "include": "tags,authors", "order": "updated_at asc", **query}
        found, page = [], 1
        while page:
            told = self.admin("GET", f"{kind}/", params={**query, "limit": 100, "page": page})
            found, page = found + told[kind], told["meta"]["pagination"]["next"]
        return found

    def upload(self, picture, name="picture.png"):
        """The address of a picture in PNG."""
        return self.admin("POST", "images/upload/", files={"file": (name, picture, "image/png")})["images"][0]["url"]

    def add_webhook(self, event, target_url, secret=""):
        hook = {"event": event, "target_url": target_url, "secret": secret}
        return self.admin("POST", "webhooks/", {"webhooks": [hook]})["webhooks"][0]

    def settings(self, **changes):
        """All of them, by name, after these changes."""
        if changes:
            pairs = [{"key": key, "value": value} for key, value in changes.items()]
            told = self.own("PUT", "settings/", {"settings": pairs})
        else:
            told = self.own("GET", "settings/")
        return {one["key"]: one["value"] for one in told["settings"]}

    def export(self):
        """The file that its owner gets at Settings, Migration tools."""
        answer = self._owner.get("db/")
        assert answer.is_success, answer.text
        return answer.content

    def archive(self):
        """A zip of that file, of redirects, and of all else that its owner can take along, with the pictures."""
        answer = self._owner.get("exports/download/")
        assert answer.is_success, answer.text
        with zipfile.ZipFile(made := BytesIO(answer.content), "a") as file:
            for picture in self._folder.glob("content/images/**/*.*"):
                file.write(picture, picture.relative_to(self._folder))
        return made.getvalue()

    def redirect(self, yaml):
        """All of its redirects, as a file of Ghost's."""
        self.own("POST", "redirects/upload/", files={"redirects": ("redirects.yaml", yaml, "text/yaml")})

    def take(self, export, name="export.json", kind="application/json"):
        """Ghost's own importer has taken this file; it answers at once, and its log tells how that went."""
        before = len(IMPORTED.findall(self.log()))
        self.own("POST", "db/", files={"importfile": (name, export, kind)})
        deadline = time.monotonic() + PATIENCE
        while len(ended := IMPORTED.findall(self.log())) == before:
            assert time.monotonic() < deadline, self.log()[-3000:]
            time.sleep(0.1)
        assert ended[-1] == "completed", self.log()[-6000:]

    def member(self, email):
        """The cookies of a new member who has signed in."""
        made = self.admin("POST", "members/", {"members": [{"email": email}]})["members"][0]
        link = self.own("GET", f"members/{made['id']}/signin_urls/")["member_signin_urls"][0]["url"]
        with httpx.Client() as browser:
            browser.get(link)
            return dict(browser.cookies)

    def _prepare(self):
        content = self._folder / "content"
        for name in ("adapters", "data", "files", "images", "logs", "media", "public", "settings"):
            (content / name).mkdir(parents=True)
        (content / "themes").symlink_to(GHOST / "content/themes")
        (self._folder / "current").symlink_to(GHOST)  # where it looks for itself, as its own installer has it
        file = {"client": "sqlite3", "connection": {"filename": f"{content}/data/ghost.db"}, "useNullAsDefault": True}
        here = {"url": self.url, "server": {"host": "127.0.0.1", "port": self.port}, "database": file}
        (self._folder / "config.production.json").write_text(
            json.dumps({**ALONE, **here, "paths": {"contentPath": str(content)}})
        )

    def _wait(self):
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log()[-3000:]
            time.sleep(0.1)

    def _answers(self):
        try:
            return self._owner.get("site/").is_success
        except httpx.TransportError:
            return False

    def _set_up(self):
        self.own("POST", "authentication/setup/", {"setup": [{**OWNER, "blogTitle": TITLE}]})
        who = {"username": OWNER["email"], "password": OWNER["password"]}
        assert self._owner.post("session/", json=who).is_success
        made = self.own("POST", "integrations/?include=api_keys", {"integrations": [{"name": "Rose Ash"}]})
        keys = made["integrations"][0]["api_keys"]
        self.key = next(key["secret"] for key in keys if key["type"] == "admin")

    def _sign(self, request):
        request.headers["Authorization"] = f"Ghost {token(self.key)}"
        return request


def told(answer):
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else {}


def token(key):
    """The JWT (RFC 7519) that an integration shows; good for five minutes."""
    id, _, secret = key.partition(":")
    now = int(datetime.now(UTC).timestamp())
    parts = {"alg": "HS256", "kid": id, "typ": "JWT"}, {"iat": now, "exp": now + 300, "aud": "/admin/"}
    signed = b".".join(encoded(json.dumps(part).encode()) for part in parts)
    return b".".join((signed, encoded(hmac.digest(bytes.fromhex(secret), signed, hashlib.sha256)))).decode()


def encoded(some):
    return base64.urlsafe_b64encode(some).rstrip(b"=")
