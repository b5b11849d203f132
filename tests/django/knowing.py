"""A site whose users are answered for from facts, in this process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from tests.django.places import SETTINGS, manage

from rescind._tokens import new_id
from rescind.django.making import drop, made

FACTS = SETTINGS["RESCIND"] | {"user": "facts", "lease": "20s"}
"""Under a lease so long that nothing is read meanwhile but what has to be."""
PASSWORD = "right"


@contextmanager
def knowing(*, triggers: bool = True, **settings: Any) -> Iterator[None]:
    """``DATABASES["default"]`` has all tables."""
    with override_settings(RESCIND=FACTS, **settings):
        if triggers:
            manage("rescind_triggers", "install", "--yes")
        drop()
        try:
            yield
        finally:
            drop()


def has_read() -> None:
    """Wait until this process answers from memory."""
    core, until = made().engine.core, time.monotonic() + 30
    while core.worker.current(core.clock.lease()) is None:
        assert time.monotonic() < until
        core.worker.renew(register=False)


class Ada:
    """Somebody who is signed in, and whose row this process has judged.

    Attributes:
        user: as read before.
    """

    def __init__(self, path: str, **kinds: Any) -> None:
        self.user = get_user_model().objects.create_user(new_id(), password=PASSWORD, **kinds)
        self.client = Client()
        self.client.force_login(self.user)
        self.client.get(path)
        has_read()
        self.client.get(path)
        has_read()

    @property
    def rows(self) -> Any:
        return get_user_model().objects.filter(pk=self.user.pk)

    def get(self, path: str, **headers: str) -> tuple[Any, int]:
        """The answer, and how many queries Django made for it."""
        with CaptureQueriesContext(connection) as queries:
            answer = self.client.get(path, **headers)
        return answer, len(queries)
