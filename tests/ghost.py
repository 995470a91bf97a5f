"""A Ghost that is asked in this process: what of its Admin API we use, as version 6.65 answers; `tests/peers` asks a
real one."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import parse_qs, urlsplit

from domains.outside import Answer, Unreachable

KEY = f"{'a1' * 12}:{'b2' * 32}"
ADDRESS = "https://ghost.example"
TAKEN = {
    *("title", "slug", "html", "custom_excerpt", "canonical_url", "featured", "visibility", "status", "published_at"),
    *("feature_image", "feature_image_alt", "tags", "authors"),
}
"""What of a post it takes of all that we may send."""
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


class Ghost:
    """`transport` of a house. `down`: the sentence with which it is not reached; `answers`: what it says instead;
    `site`: where it is read."""

    def __init__(self):
        self.posts, self.hooks, self.asked, self.files = {}, [], [], {}
        self.settings = {"navigation": "[]", "secondary_navigation": "[]"}
        self.people = {"Maud": "a" * 24}
        self.down, self.answers, self.now = "", None, BEGAN
        self.site = ADDRESS
        self._ids = count(1)

    # what its writers do

    def write(self, title, html="<p>Words.</p>", kind="post", **more):
        id = f"{next(self._ids):024x}"
        slug = title.lower().replace(" ", "-")
        known = {"status": "published", "visibility": "public", "featured": False, "custom_excerpt": None}
        known |= {"feature_image": None, "tags": [], "authors": [{"name": "Maud", "slug": "maud"}], "lexical": None}
        known |= {"url": f"{self.site}/{slug}/"}
        self.posts[id] = {"id": id, "uuid": id, "title": title, "slug": slug, "html": html, "kind": kind} | known | more
        self._touch(id, created_at=True)
        return id

    def edit(self, id, **more):
        self.posts[id] |= more
        self._touch(id)

    def delete(self, id):
        del self.posts[id]

    def hint(self, event, id, secret=None, at=None):
        """The body and the headers of what it would call after us."""
        kind = event.partition(".")[0]
        body = json.dumps({"event": event, kind: {"current": {"id": id}, "previous": {}}}).encode()
        return body, {"x-ghost-signature": signature(body, secret or self.hooks[0]["secret"], at)}

    # what it answers

    async def ask(self, method, url, *, headers=None, body=b"", most=0):
        self.asked.append((method, url))
        if self.down:
            raise Unreachable(self.down)
        if self.answers:
            return self.answers
        parts = urlsplit(url)
        if parts.path in self.files:
            return Answer(200, {}, self.files[parts.path])
        if "/ghost/api/admin/" not in parts.path:
            return Answer(404, {}, b"")
        if not headers["authorization"].startswith("Ghost ey") or KEY[:24] not in _kid(headers["authorization"]):
            return _error(401, "Invalid token")
        path = parts.path.split("/ghost/api/admin/")[1].strip("/").split("/")
        return self._admin(method, path, {name: each[0] for name, each in parse_qs(parts.query).items()}, body)

    async def close(self):
        pass

    def _admin(self, method, path, query, body):
        match method, path:
            case "GET", ["site"]:
                return _said(site={"title": "The old blog", "url": f"{self.site}/"})
            case "GET", ["settings"]:
                return _said(settings=[{"key": key, "value": value} for key, value in self.settings.items()])
            case "GET", ["users"]:
                return _said(users=[{"id": id, "name": name} for name, id in self.people.items()])
            case "POST", ["webhooks"]:
                (hook,) = json.loads(body)["webhooks"]
                if any((one["event"], one["target_url"]) == (hook["event"], hook["target_url"]) for one in self.hooks):
                    return _error(422, "Target URL has already been used for this event.")
                self.hooks.append(hook)
                return _said(webhooks=[hook | {"id": "c" * 24}])
            case "GET", [("posts" | "pages") as kinds]:
                return self._list(kinds, query)
            case _, [("posts" | "pages") as kinds, id]:
                found = self.posts.get(id)
                if not found or f"{found['kind']}s" != kinds:
                    return _error(404, "Resource not found")
                if method == "PUT":
                    (words,) = json.loads(body)[kinds]
                    if words.pop("updated_at") != found["updated_at"]:
                        return _error(409, "Saving failed! Someone else is editing this post.")
                    if unknown := words.keys() - TAKEN or len(words.get("custom_excerpt") or "") > 300:
                        return _error(422, f"Validation failed for {unknown}.")
                    self.edit(id, **(words | self._related(found, words)))
                return _said(**{kinds: [self.posts[id]]})
        return _error(404, "Resource not found")

    def _list(self, kinds, query):
        found = sorted((one for one in self.posts.values() if f"{one['kind']}s" == kinds), key=lambda one: one["id"])
        if said := query.get("filter"):
            since = said.removeprefix("updated_at:>='").removesuffix("'")
            found = [one for one in found if one["updated_at"][:19].replace("T", " ") >= since]  # as text, like SQLite
        limit, page = min(int(query["limit"]), 100), int(query.get("page", 1))
        about = {"pagination": {"pages": -(-len(found) // limit), "total": len(found), "page": page}}
        return _said(**{kinds: found[(page - 1) * limit : page * limit]}, meta=about)

    def _related(self, found, words):
        """Its tags are told by their names, its authors by their ids; of those tags that it has it knows more."""
        names = {id: name for name, id in self.people.items()}
        known = {tag["name"]: tag for tag in found["tags"]}
        related = {"tags": [known.get(tag["name"], tag) for tag in words["tags"]]} if "tags" in words else {}
        if "authors" in words:
            related["authors"] = [{"id": one["id"], "name": names[one["id"]]} for one in words["authors"]]
        return related

    def _touch(self, id, created_at=False):
        """Ghost's times are whole seconds."""
        self.now += timedelta(seconds=1)
        self.posts[id]["updated_at"] = f"{self.now:%Y-%m-%dT%H:%M:%S}.000Z"
        if created_at:
            self.posts[id]["created_at"] = self.posts[id]["published_at"] = self.posts[id]["updated_at"]


def signature(body, secret, at=None):
    told = str(int((at or datetime.now(UTC)).timestamp() * 1000))
    made = hmac.new(secret.encode(), body + told.encode(), "sha256").hexdigest()
    return f"sha256={made}, t={told}"


def _said(**words):
    return Answer(200, {"content-type": "application/json"}, json.dumps(words).encode())


def _error(status, context):
    kind = {401: "UnauthorizedError", 404: "NotFoundError", 409: "UpdateCollisionError", 422: "ValidationError"}[status]
    return Answer(status, {}, json.dumps({"errors": [{"message": "No", "context": context, "type": kind}]}).encode())


def _kid(authorization):
    import base64

    return base64.urlsafe_b64decode(authorization.split()[1].split(".")[0] + "==").decode()
