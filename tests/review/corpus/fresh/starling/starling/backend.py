from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import secrets
from dataclasses import dataclass
from typing import Any

from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, BaseUser
from starlette.requests import HTTPConnection

from .people import People, verify

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Person(BaseUser):
    id: int
    name: str

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def display_name(self) -> str:
        return self.name


class SessionBackend(AuthenticationBackend):
    def __init__(self, people: People) -> None:
        self.people = people

    async def authenticate(self, conn: HTTPConnection):
        number = conn.session.get("person")
        row = await self.people.by_id(number) if number else None
        if row is None:
            return None
        scopes = ["authenticated"] + (["editor"] if row["is_editor"] else [])
        return AuthCredentials(scopes), Person(row["id"], row["name"])


class BasicBackend(AuthenticationBackend):
    def __init__(self, name: str, password: str) -> None:
        self.name, self.password = name, password

    async def authenticate(self, conn: HTTPConnection):
        scheme, _, given = conn.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, _, password = base64.b64decode(given).decode().partition(":")
        except (ValueError, binascii.Error, UnicodeDecodeError) as error:
            raise AuthenticationError(f"bad header: {given}") from error
        if name == self.name and password == self.password:
            return AuthCredentials(["authenticated", "metrics"]), Person(0, name)
        log.warning("basic sign-in of %r refused", name)
        return None


class HeaderBackend(AuthenticationBackend):
    """Behind the single sign-on's proxy."""

    def __init__(self, people: People) -> None:
        self.people = people

    async def authenticate(self, conn: HTTPConnection):
        name = conn.headers.get("X-Remote-User")
        groups = conn.headers.get("X-Remote-Groups", "").split(",")
        if not name:
            return None
        scopes = ["authenticated"] + (["editor"] if "editors" in groups else [])
        return AuthCredentials(scopes), Person(-1, name)
