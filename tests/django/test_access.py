"""``revoke()``, ``session_of()``, ``sessions_of()``, in and outside of a project's transactions."""

from __future__ import annotations

import threading

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connections, transaction
from django.http import HttpRequest
from django.test import Client, TestCase, TransactionTestCase

from rescind import NotFound, Session
from rescind.django import arevoke, engine, revoke, session_of, sessions_of
from rescind.errors import ConfigurationError
from rescind.revocation.receipt import Receipt

pytestmark = pytest.mark.usefixtures("site")


class WordCases(TestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.client.force_login(self.ada)

    def test_a_list_of_devices_marks_the_one_that_asks(self) -> None:
        other = Client()
        other.force_login(self.ada)
        listed = self.client.get("/devices").json()
        assert len(listed) == 2
        assert [one["id"] for one in listed if one["current"]] == [self.client.session.public_id]

    def test_who_acts_is_in_log_and_trail(self) -> None:
        bob = get_user_model().objects.create_user("bob")
        bob_client = Client()
        bob_client.force_login(bob)
        self.ada.user_permissions.add(Permission.objects.get(codename="change_user"))
        receipt = self.client.get(f"/leave/{bob.pk}").json()
        assert (receipt["state"], receipt["ended"]) == ("final", {"session": 1})
        entry = engine().core.store.find_entry(receipt["id"])
        assert entry is not None
        assert (entry.initiator, entry.reason) == (
            f"session:{self.client.session.public_id}",
            "left the company",
        )
        assert bob_client.get("/guarded").status_code == 401

    def test_in_an_asynchronous_view(self) -> None:
        bob = get_user_model().objects.create_user("bob")
        bob_client = Client()
        bob_client.force_login(bob)
        assert self.client.get(f"/aleave/{bob.pk}").json()["state"] == "final"
        assert bob_client.get("/guarded").status_code == 401
        assert async_to_sync(arevoke)(user=bob, reason="again").ended == {}

    def test_keep_leaves_one_session(self) -> None:
        Client().force_login(self.ada)
        mine = self.client.session.public_id
        assert revoke(user=self.ada, keep=mine, reason="elsewhere").ended == {"session": 1}
        assert [one.id for one in sessions_of(self.ada)] == [mine]
        with pytest.raises(NotFound):
            revoke(user=self.ada, keep="0" * 24, reason="x")

    def test_arguments_that_do_not_fit(self) -> None:
        with pytest.raises(TypeError, match="saved"):
            revoke(user=get_user_model()(), reason="x")
        with pytest.raises(TypeError, match="exactly one"):
            revoke(reason="x")
        with pytest.raises(TypeError, match="reason"):
            revoke(user=self.ada, reason="")
        with pytest.raises(TypeError, match="not its token"):
            revoke(session=self.client.cookies["sessionid"].value, reason="x")

    def test_a_request_of_another_engine_is_said(self) -> None:
        request = HttpRequest()
        with pytest.raises(ConfigurationError, match="SESSION_ENGINE"):
            session_of(request)


class TestCaseCases(TestCase):
    """A suite's own transaction is none of the application's."""

    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.client.force_login(self.ada)

    def test_what_is_revoked_in_a_test_is_final_at_once(self) -> None:
        assert revoke(user=self.ada, reason="x").state == "final"
        assert self.client.get("/guarded").status_code == 401

    def test_callbacks_after_commit_are_run_as_django_says(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            with transaction.atomic():
                receipt = revoke(user=self.ada, reason="x")
            assert str(receipt).startswith("pending")
        assert str(receipt).startswith("final")

    def test_logout_then_get_in_one_transaction(self) -> None:
        with transaction.atomic():
            self.client.post("/sign-out")
            assert self.client.get("/guarded").status_code == 401


class CommitCases(TransactionTestCase):
    """Real transactions: pending, then final; and nothing of what is rolled back."""

    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.client.force_login(self.ada)

    def rolled_back(self) -> Receipt:
        try:
            with transaction.atomic():
                receipt = revoke(user=self.ada, reason="x")
                raise ZeroDivisionError
        except ZeroDivisionError:
            return receipt

    def test_in_a_transaction_it_is_pending_and_final_after_it(self) -> None:
        with transaction.atomic():
            receipt = revoke(user=self.ada, reason="x")
            assert (receipt.state, receipt.seq) == ("pending", 0)
        assert str(receipt).startswith("final")
        assert receipt.ended == {"session": 1}
        assert self.client.get("/guarded").status_code == 401

    def test_what_is_rolled_back_never_happened(self) -> None:
        before = engine().core.store.head().seq
        receipt = self.rolled_back()
        assert receipt.state == "void"
        assert engine().core.store.head().seq == before
        assert self.client.get("/guarded").status_code == 200

    def test_a_savepoint_that_is_rolled_back_takes_it_along(self) -> None:
        with transaction.atomic():
            assert self.rolled_back().state == "void"
        assert self.client.get("/guarded").status_code == 200

    def test_a_view_answers_when_it_is_final(self) -> None:
        assert self.client.get(f"/leave-in-transaction/{self.ada.pk}?fail").json() == {
            "inside": "pending",
            "after": "void",
        }
        assert self.client.get(f"/leave-in-transaction/{self.ada.pk}").json()["after"] == "final"

    def test_a_whole_request_in_a_transaction(self) -> None:
        connections["default"].settings_dict["ATOMIC_REQUESTS"] = True
        self.addCleanup(connections["default"].settings_dict.__setitem__, "ATOMIC_REQUESTS", False)
        copy = Client()
        copy.cookies["sessionid"] = self.client.cookies["sessionid"].value
        self.client.post("/sign-out")
        assert copy.get("/guarded").status_code == 401
        self.client.post("/basket", {"item": "tea"})
        assert self.client.get("/basket").json() == ["tea"]

    def test_a_flush_of_all_tables_begins_a_new_log(self) -> None:
        """As ``TransactionTestCase`` does after each test."""
        born = engine().core.store.head().birth
        self._fixture_teardown()
        assert engine().core.store.head().birth != born
        assert self.client.get("/guarded").status_code == 401
        ada = get_user_model().objects.create_user("ada")
        self.client.force_login(ada)
        assert self.client.get("/guarded").status_code == 200


def test_nothing_runs_in_the_background(site: None) -> None:
    del site
    issued = engine().sessions.start(1)
    assert isinstance(engine().check(issued.token), Session)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("rescind")]
    engine().revoke(principal=1, reason="done")
