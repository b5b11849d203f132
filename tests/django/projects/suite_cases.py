"""The cases of ``tests/django/test_making_in_suites.py``: each kind that Django has, over real requests."""

from __future__ import annotations

import json
import threading
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client, LiveServerTestCase, TestCase, TransactionTestCase

from rescind.django import engine, revoke, sessions_of
from rescind.django.making import made

RIGHT = {"login": "ada", "password": "right"}


def ours() -> list[str]:
    """Threads that rescind has started."""
    return [one.name for one in threading.enumerate() if "rescind" in one.name.lower()]


class NothingBeside:
    """After each case: nothing in the background, and the engine of a test."""

    def tearDown(self) -> None:
        assert ours() == []
        assert made().testing
        assert engine().settings.lease == 0


class LiveCases(NothingBeside, LiveServerTestCase):
    """Requests from outside, answered by threads of the server, ended by the thread of the test."""

    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada", password="right")

    def ask(self, path: str, token: str = "", body: dict[str, Any] | None = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.live_server_url}{path}", data, {"Content-Type": "application/json"})
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def sign_in(self) -> str:
        status, told = self.ask("/auth/sign-in", body=RIGHT | {"transport": "bearer"})
        assert status == 200, told
        return str(told["access_token"])

    def test_what_the_test_ends_the_server_refuses(self) -> None:
        token = self.sign_in()
        assert self.ask("/auth/session", token)[0] == 200
        assert revoke(user=self.ada, reason="x").state == "final"
        assert self.ask("/auth/session", token)[0] == 401

    def test_what_the_server_ends_the_test_sees(self) -> None:
        token, other = self.sign_in(), self.sign_in()
        assert len(sessions_of(self.ada)) == 2
        assert self.ask("/auth/sign-out", token, {})[0] == 204
        assert len(sessions_of(self.ada)) == 1
        self.ada.is_active = False
        self.ada.save()
        assert self.ask("/auth/session", other)[0] == 401


class FlushedCases(NothingBeside, TransactionTestCase):
    """Tables are emptied after each: a log of its own for every case."""

    def sign_in(self) -> Client:
        client = Client()
        assert client.post("/auth/sign-in", RIGHT, "application/json").status_code == 200
        return client

    def case(self) -> None:
        ada = get_user_model().objects.create_user("ada", password="right")
        client = self.sign_in()
        with transaction.atomic():
            assert revoke(user=ada, reason="x").state == "pending"
            transaction.set_rollback(True)
        assert client.get("/me").content == b"ada"
        receipt = revoke(user=ada, reason="x")
        assert (receipt.state, receipt.seq) == ("final", 1)
        assert client.get("/me").status_code == 302

    def test_one(self) -> None:
        self.case()

    def test_another(self) -> None:
        self.case()


class RolledBackCases(NothingBeside, TestCase):
    """Each in a transaction that never commits."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.ada = get_user_model().objects.create_user("ada", password="right")

    def case(self) -> None:
        assert sessions_of(self.ada) == []
        client = Client()
        client.force_login(self.ada)
        assert client.get("/me").content == b"ada"
        assert revoke(user=self.ada, reason="x").state == "final"
        assert client.get("/me").status_code == 302
        client.force_login(self.ada)

    def test_one(self) -> None:
        self.case()

    def test_another(self) -> None:
        self.case()

    def test_a_third(self) -> None:
        self.case()
