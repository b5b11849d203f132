"""What the log says about a user who is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

from rescind._tokens import new_id
from rescind.django import engine
from rescind.errors import Refused


def entries(after: int) -> list[tuple[str, str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, scope, target, what FROM rescind_revocation WHERE seq > %s ORDER BY seq", [after]
        )
        return list(cursor.fetchall())


def head() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM rescind_meta")
        return int(cursor.fetchone()[0])


def run(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


class Ada:
    """A user who is signed in."""

    def __init__(self) -> None:
        self.user = get_user_model().objects.create_user(new_id(), password="right")
        self.token = engine().sessions.start(self.user.pk).token
        self.before = head()

    @property
    def rows(self) -> Any:
        return get_user_model().objects.filter(pk=self.user.pk)

    def appended(self) -> list[tuple[str, str, str, int]]:
        """What the log says since the last question; users by name."""
        found, self.before = entries(self.before), head()
        me = str(self.user.pk)
        return [(kind, scope, "me" if who == me else who, what) for kind, scope, who, what in found]

    def lives(self) -> bool:
        return self.is_in(self.token)

    @staticmethod
    def is_in(token: str) -> bool:
        return not isinstance(engine().check(token, strict=True), Refused)


END = ("end", "principal", "me", 1)
CHANGED = ("changed", "principal", "me", 0)
FOR_ALL = ("changed", "everything", "", 0)
