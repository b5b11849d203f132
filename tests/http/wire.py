"""Bytes out, an answer in: what every client can see of a server, whatever is behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

TIMEOUT = 30.0  # seconds

Lines = Iterable[tuple[str, str]]

OF_THE_SERVER = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})
"""Headers of the server that a face runs in, and of nobody else."""
NEW_EACH_TIME = {
    "request_id": "an id",
    "handle": "a handle",
    "access_token": "a token",
    "refresh_token": "a token",
    "since": "a time",
    "until": "a time",
    "auth_time": "a time",
    "last_seen": "a time",
    "elapsed": "a duration",
    "id": "an id",
    "seq": "a number",
    "workers_confirmed": "a number",
    "workers_lapsed": "a number",
    "proof": "a proof",
    "method": "a proof",
    "kid": "a key",
    "x": "a key",
}
"""Members of JSON that no two answers share; Django names the backend that has looked at the password."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str | None:
        """The value of a header that may be sent once."""
        values = self.all(name)
        assert len(values) <= 1, f"{name}: {values}"
        return values[0] if values else None

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The outer code of a refusal, ``None`` for any other answer."""
        if self.one("content-type") != "application/problem+json" or not self.body:
            return None
        told: dict[str, Any] = self.json
        assert told["status"] == self.status
        return str(told["code"])

    @property
    def cookies(self) -> set[str]:
        """What the answer does to cookies, attributes and all: the token and what is left of its life are
        named, not shown. That of Django's own rule against forged requests is none of ours."""
        return {seen(line) for line in self.all("set-cookie") if not line.startswith("csrftoken=")}

    def plain(self, *, host: str) -> dict[str, Any]:
        """Everything that another face must answer alike."""
        headers: dict[str, list[str]] = {}
        for name, value in self.headers:
            if name in OF_THE_SERVER | {"set-cookie"} or (name == "content-type" and not self.body):
                continue  # what is not there has no type, but Werkzeug gives it one
            headers.setdefault(name, []).extend(sorted(part.strip() for part in value.split(",")))
        headers["set-cookie"] = sorted(self.cookies)
        body: Any = re.sub(r"<code>[\w-]+</code>", "<code>ID</code>", self.body.decode()).replace(
            host, "HOST"
        )
        if "json" in (self.one("content-type") or "") and self.body:
            body = masked(self.json)
        return {"status": self.status, "headers": headers, "body": body}


def seen(cookie: str) -> str:
    """A ``Set-Cookie`` without what is new each time, attributes in order. ``Expires`` says ``Max-Age``
    again."""
    first, *parts = cookie.replace('=""', "=").split("; ")
    parts = sorted(part for part in parts if not part.lower().startswith("expires="))
    cookie = "; ".join([first, *parts])
    cookie = re.sub(r"=(rsc_\w_|ey)[\w.~-]+", "=TOKEN", cookie)
    return re.sub(r"Max-Age=[1-9]\d*", "Max-Age=LIFE", cookie)


def masked(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("code") == "csrf":  # outcomes are compared, and each rule has a sentence of its own
            value = value | {"detail": "which rule refused it"}
        return {
            key: NEW_EACH_TIME[key] if key in NEW_EACH_TIME and one is not None else masked(one)
            for key, one in value.items()
        }
    return [masked(one) for one in value] if isinstance(value, list) else value


def send(address: str, method: str, target: str, lines: Lines = (), body: bytes = b"") -> Answer:
    """One request on a connection of its own. Header lines are sent as they are, in order."""
    connection = HTTPConnection(address, timeout=TIMEOUT)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in lines:
            connection.putheader(name, value)
        if body or method not in {"GET", "HEAD", "OPTIONS"}:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        found = connection.getresponse()
        headers = tuple((name.lower(), value) for name, value in found.getheaders())
        return Answer(found.status, headers, found.read())
    finally:
        connection.close()
