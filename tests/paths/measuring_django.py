"""What a copy of a credential can still do in an application of Django, measured as `measuring` does.

There are two workers: somebody signs in and the copy is tried at one, and what ends it is asked of the
other, as happens where there are several. Both are forks of a process that has set Django up; they share the
database.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import time_machine
from tests.paths.measuring import ENDS, YEARS, Measured, headers_of
from tests.programs import Program

FORK = get_context("fork")


class Told(NamedTuple):
    status: int
    json: Any
    cookies: dict[str, str]


def measure(folder: Path, guess: float | None = None) -> dict[str, Measured]:
    """Each end that the application in that folder offers, in processes of their own.

    Args:
        guess: seconds after which a copy may end by itself: whether it does is tried shortly before and
            after, and found out without it if it does not.
    """
    with tempfile.TemporaryDirectory() as place:
        answer = Path(place) / "answer.json"
        environment = os.environ | {"PLACE": place, "DJANGO_SETTINGS_MODULE": "settings"}
        program = Program(run, str(folder), str(answer), guess, environment=environment, leads=True)
        assert program.wait(150) == 0
        return {
            end: Measured(kind, seconds) for end, (kind, seconds) in json.loads(answer.read_text()).items()
        }


def run(folder: str, answer: str, guess: float | None) -> None:
    """In a process of its own, for Django has one configuration in each."""
    sys.path.insert(0, folder)
    import django
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    labels = [each.label for each in apps.get_app_configs() if each.label != "rescind"]
    settings.MIGRATION_MODULES = dict.fromkeys(labels)  # tables as the models are, in a tenth of the time
    call_command("migrate", verbosity=0, run_syncdb=True)
    connections.close_all()
    Path(answer).write_text(json.dumps(Site(guess).measured()))


class Worker:
    """A process that answers requests at any time."""

    def __init__(self) -> None:
        ours, theirs = FORK.Pipe()
        self.pipe: Connection = ours
        self.process = FORK.Process(target=serve, args=(theirs,), daemon=True)
        self.process.start()

    def ask(self, at: datetime, method: str, path: str, cookies: dict[str, str], **given: Any) -> Told:
        self.pipe.send((at, method, path, cookies, given))
        found = self.pipe.recv()
        assert isinstance(found, Told), found
        return found

    def reset(self) -> None:
        self.pipe.send(None)
        self.pipe.recv()

    def end(self) -> None:
        self.process.kill()
        self.process.join()


def serve(pipe: Connection) -> None:
    from django.core.cache import cache
    from django.test import Client

    while True:
        asked = pipe.recv()
        try:
            if asked is None:
                cache.clear()
                pipe.send(None)
                continue
            at, method, path, cookies, given = asked
            with time_machine.travel(at, tick=False):
                client = Client(raise_request_exception=False)
                client.cookies.load(cookies)
                answer = client.generic(method, path, secure=True, **given)
                is_json = answer.headers.get("Content-Type", "").startswith("application/json")
                found = {name: each.value for name, each in client.cookies.items() if each.value}
                pipe.send(Told(answer.status_code, answer.json() if is_json else None, found))
        except Exception as error:  # noqa: BLE001 - the other side asks again, or fails with it
            pipe.send(repr(error))


class Site:
    """One application, with a person called Ada."""

    def __init__(self, guess: float | None = None) -> None:
        self.guess = guess
        self.here, self.there = Worker(), Worker()

    def measured(self) -> dict[str, tuple[str, float | None]]:
        try:
            natural = self.life("")
            found = {}
            for end in ENDS:
                offered = self.offers(end)
                if offered or end == "on_revoke":
                    found[end] = tuple(self.one(end if offered else "", natural))
            return found  # type: ignore[return-value]
        finally:
            self.here.end()
            self.there.end()

    def one(self, end: str, natural: float | None) -> Measured:
        if end and not self.accepted_after(0, end):
            return Measured("immediate")
        whole = Measured("never") if natural is None else Measured("expiry", natural)
        late = YEARS if natural is None else max(0.0, natural - max(4.0, natural / 100))
        if not end or self.accepted_after(late, end):
            return whole
        return Measured("bounded", self.life(end, late))

    def life(self, end: str, most: float = YEARS) -> float | None:
        """The longest time after which a copy is accepted, to a thousandth; None: longer than ten years."""
        near = self.guess and (self.guess * 0.998, self.guess * 1.002 + 1)
        if near and self.accepted_after(near[0], end) and not self.accepted_after(near[1], end):
            return near[1]
        if self.accepted_after(most, end):
            return None
        low, high = 0.0, most
        while high - low > max(1.0, high / 1_000):
            middle = (low * high) ** 0.5 if low > 1 else min(high / 2, max(2.0, high**0.5))
            if not low + 0.5 < middle < high - 0.5:
                middle = (low + high) / 2
            low, high = (middle, high) if self.accepted_after(middle, end) else (low, middle)
        return high

    def accepted_after(self, seconds: float, end: str) -> bool:
        begin = datetime.now(UTC)  # files have the time of the machine, whatever Python is told
        self.afresh()
        tried = self.sign_in(begin)
        assert tried(begin), "the copy does not work at all"
        if end:
            method, path = ENDS[end]
            answer = self.there.ask(begin, method, path, self.cookies, headers=self.headers)
            if answer.status == 302 and end == "on_password_change":  # who it is, only the first one knows
                answer = self.here.ask(begin, method, path, self.cookies, headers=self.headers)
            assert answer.status < 400, (end, answer)
        return tried(begin + timedelta(seconds=seconds))

    def sign_in(self, begin: datetime) -> Callable[[datetime], bool]:
        """Gives a function that tries a copy."""
        body = json.dumps({"user": "ada", "password": "pw"})
        answer = self.here.ask(begin, "POST", "/login", {}, data=body, content_type="application/json")
        assert answer.status < 400, answer
        self.cookies, self.headers = answer.cookies, headers_of(answer.json)
        cookies, headers = dict(self.cookies), dict(self.headers)
        return lambda at: self.here.ask(at, "GET", "/me", dict(cookies), headers=headers).status == 200

    def afresh(self) -> None:
        """Ada as she was, and nothing remembered."""
        from django.contrib.auth import get_user_model
        from django.db import connections

        users = get_user_model().objects
        users.all().delete()
        users.create_user("ada", "ada@example.org", "pw", is_staff=True)
        connections.close_all()
        for worker in (self.here, self.there):
            worker.reset()

    def offers(self, end: str) -> bool:
        from django.urls import Resolver404, resolve

        try:
            resolve(ENDS[end][1].partition("?")[0])
        except Resolver404:
            return False
        return True
