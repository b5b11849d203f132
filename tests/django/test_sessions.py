"""``request.session``: as Django's, and withdrawn before the next request."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import connection
from django.test import Client, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rescind import Refused
from rescind.django import engine, revoke
from rescind.django.sessions import SessionStore

pytestmark = pytest.mark.usefixtures("site")
COOKIE = "sessionid"


def client_with(key: str) -> Client:
    """Another browser that has copied a cookie."""
    client = Client()
    client.cookies[COOKIE] = key
    return client


class SignInCases(TestCase):
    """``login()`` and ``logout()`` of Django, unchanged."""

    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada", password="right")

    def sign_in(self, client: Client | None = None, path: str = "/sign-in") -> str:
        answer = (client or self.client).post(path, {"username": "ada", "password": "right"})
        assert answer.status_code == 200
        key: str = answer.content.decode()
        assert (client or self.client).cookies[COOKIE].value == key, "login() knew the final key"
        return key

    def test_every_copy_of_the_cookie_is_dead_after_logout(self) -> None:
        copy = client_with(self.sign_in())
        assert copy.get("/me").content == b"ada"
        assert copy.get("/guarded").content == b"ada"
        self.client.post("/sign-out")
        assert copy.get("/me").status_code == 302
        assert copy.get("/guarded").status_code == 401

    def test_asynchronous_views_are_the_same(self) -> None:
        copy = client_with(self.sign_in(path="/asign-in"))
        assert copy.get("/aguarded").content == b"ada"
        assert copy.get("/me").content == b"ada"
        self.client.post("/asign-out")
        assert copy.get("/aguarded").status_code == 401

    def test_the_session_is_listed_with_what_it_is(self) -> None:
        self.client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"
        key = self.sign_in()
        (listed,) = engine().sessions.list(self.ada.pk)
        assert listed.id == SessionStore(key).public_id
        assert listed.method == "django:django.contrib.auth.backends.ModelBackend"
        assert listed.label == "Firefox on Linux"
        (event,) = engine().core.store.audit_events("default", subject=f"principal:{self.ada.pk}")
        assert event.type == "session.started"
        assert key.partition(".")[2] not in repr(event)

    def test_signing_in_changes_the_key_and_keeps_what_the_visitor_had(self) -> None:
        self.client.post("/basket", {"item": "tea"})
        before = self.client.cookies[COOKIE].value
        assert self.sign_in() != before
        assert self.client.get("/basket").json() == ["tea"]
        assert client_with(before).get("/basket").json() == []

    def test_signing_in_as_somebody_else_leaves_nothing_of_the_first(self) -> None:
        get_user_model().objects.create_user("bob", password="right")
        first = self.sign_in()
        self.client.post("/basket", {"item": "tea"})
        self.client.post("/sign-in", {"username": "bob", "password": "right"})
        assert self.client.get("/basket").json() == []
        assert client_with(first).get("/me").status_code == 302

    def test_revoked_users_are_out_with_the_next_request_and_may_sign_in_again(self) -> None:
        key = self.sign_in()
        receipt = revoke(user=self.ada, reason="stolen laptop")
        assert (receipt.state, receipt.ended) == ("final", {"session": 1})
        assert client_with(key).get("/me").status_code == 302
        self.sign_in()
        assert self.client.get("/me").content == b"ada"

    def test_a_session_can_be_ended_by_its_public_id(self) -> None:
        key = self.sign_in()
        public = str(SessionStore(key).public_id)
        assert SessionStore(public).exists(public)
        assert SessionStore(public).load() == {}, "a handle opens nothing"
        SessionStore().delete(public)
        assert client_with(key).get("/me").status_code == 302
        assert not SessionStore().exists(public)

    def test_a_standing_that_is_suspended_signs_nobody_in(self) -> None:
        self.sign_in()
        engine().principals.set(self.ada.pk, active=False, reason="on leave")
        assert self.client.get("/me").status_code == 302
        answer = Client().post("/sign-in", {"username": "ada", "password": "right"})
        assert answer.status_code == 401
        assert COOKIE not in answer.cookies
        engine().principals.set(self.ada.pk, active=True, reason="back")
        assert Client().post("/sign-in", {"username": "ada", "password": "right"}).status_code == 200

    def test_a_new_password_ends_the_others_and_not_the_one_that_stays(self) -> None:
        other = client_with(self.sign_in(Client()))
        key = self.sign_in()
        self.client.post("/new-password?stay", {"password": "new"})
        assert self.client.cookies[COOKIE].value != key
        assert self.client.get("/me").content == b"ada"
        assert client_with(key).get("/me").status_code == 302
        assert other.get("/me").status_code == 302

    def test_force_login_and_client_session(self) -> None:
        self.client.force_login(self.ada)
        assert self.client.get("/guarded").content == b"ada"
        session = self.client.session
        session["basket"] = ["tea"]
        session.save()
        assert self.client.get("/basket").json() == ["tea"]
        self.client.logout()
        assert self.client.get("/guarded").status_code == 401

    def test_whom_a_backend_has_let_in_is_out_when_it_is_taken_out_of_the_settings(self) -> None:
        self.sign_in()
        with override_settings(AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.RemoteUserBackend"]):
            assert self.client.get("/me").status_code == 302
            assert self.client.get("/guarded").status_code == 401
        session = self.client.session
        session["_auth_user_backend"] = ""
        session.save()
        self.client.cookies[COOKIE] = session.session_key
        assert self.client.get("/me").status_code == 302

    def test_the_secret_is_stored_and_shown_nowhere(self) -> None:
        key = self.sign_in()
        secret = key.partition(".")[2]
        session = self.client.session
        session.load()
        assert secret not in repr(session) + str(session.__dict__["_found"])
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names():
                if table.startswith("rescind_"):
                    cursor.execute(f"SELECT * FROM {table}")
                    assert secret not in repr(cursor.fetchall()), table

    def test_facts_set_by_hand_do_not_raise_an_old_key(self) -> None:
        """Whoever planted the key of a visit must not be signed in by it."""
        self.client.post("/basket", {"item": "tea"})
        planted = self.client.cookies[COOKIE].value
        session = SessionStore(planted)
        session["_auth_user_id"] = str(self.ada.pk)
        session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
        session["_auth_user_hash"] = self.ada.get_session_auth_hash()
        session.save()
        assert session.session_key != planted
        assert client_with(planted).get("/me").status_code == 302
        assert client_with(session.session_key).get("/me").content == b"ada"


class ContentsCases(TestCase):
    """What is kept in a session: by key, never brought back."""

    def stored(self, **values: Any) -> SessionStore:
        session = SessionStore()
        session.update(values)
        session.save()
        return session

    def test_values_come_back(self) -> None:
        values = {"text": "Größe 世界", "number": 1.5, "none": None, "list": [1, [2]], "map": {"a": {"b": 1}}}
        session = self.stored(**values)
        assert dict(SessionStore(session.session_key).items()) == values

    def test_writers_of_different_keys_both_survive_and_the_last_of_one_key_wins(self) -> None:
        key = self.stored(a=1, b=1, c=1).session_key
        first, second = SessionStore(key), SessionStore(key)
        first["a"], first["new"] = 2, "first"
        second["b"] = 3
        del second["c"]
        first.save()
        second.save()
        assert dict(SessionStore(key).items()) == {"a": 2, "b": 3, "new": "first"}

    def test_what_was_changed_inside_a_value_is_written(self) -> None:
        key = self.stored(basket=["tea"]).session_key
        session = SessionStore(key)
        session["basket"].append("milk")
        session.save()
        assert SessionStore(key)["basket"] == ["tea", "milk"]

    def test_a_late_write_never_brings_a_session_back(self) -> None:
        session = self.stored(a=1)
        late = SessionStore(session.session_key)
        late["a"] = 2
        SessionStore(session.session_key).flush()
        with pytest.raises(UpdateError):
            late.save()
        assert not SessionStore().exists(session.session_key)
        assert SessionStore(session.session_key).load() == {}

    def test_a_key_is_never_taken_from_a_client(self) -> None:
        for key in ("chosen-by-me-0000", "rsc_s_" + "0" * 74, "rsc_a_" + "f" * 24 + "." + "x" * 49):
            session = SessionStore(key)
            session["a"] = 1
            session.save()
            assert session.session_key != key
            assert not SessionStore().exists(key)

    def test_nothing_is_written_for_who_only_reads(self) -> None:
        key = self.stored(a=1).session_key
        with CaptureQueriesContext(connection) as queries:
            assert client_with(key).get("/basket").json() == []
        assert not [one for one in queries if not one["sql"].startswith("SELECT")]

    def test_a_visitor_who_leaves_nothing_costs_nothing(self) -> None:
        with CaptureQueriesContext(connection) as queries:
            answer = self.client.get("/basket")
        assert len(queries) == 0
        assert COOKIE not in answer.cookies

    def test_what_json_does_not_know_is_refused_and_nothing_written(self) -> None:
        session = SessionStore()
        session["a"] = object()
        with pytest.raises(TypeError):
            session.save()
        assert not SessionStore().exists(session.session_key)

    def test_messages_of_a_visitor(self) -> None:
        with override_settings(MESSAGE_STORAGE="django.contrib.messages.storage.session.SessionStorage"):
            self.client.get("/say")
            assert self.client.get("/said").json() == ["hello"]
            assert self.client.get("/said").json() == []

    def test_asynchronous_contents(self) -> None:
        self.client.post("/abasket", {"item": "tea"})
        assert self.client.get("/abasket").json() == ["tea"]
        assert self.client.get("/basket").json() == ["tea"]

    def test_keys_of_other_types_are_what_json_makes_of_them(self) -> None:
        session: Any = SessionStore()
        session[1] = "one"
        session.save()
        assert dict(SessionStore(session.session_key).items()) == {"1": "one"}


class ExpiryCases(TestCase):
    """``set_expiry()`` as Django's documentation says, within the absolute end."""

    def setUp(self) -> None:
        travel = time_machine.travel(datetime(2027, 1, 15, 8, tzinfo=UTC), tick=False)
        self.clock = travel.start()
        self.addCleanup(travel.stop)

    def pass_time(self, **much: float) -> None:
        self.clock.shift(timedelta(**much))

    def stored(self, expiry: Any = None, **values: Any) -> SessionStore:
        session = SessionStore()
        session.update({"a": 1, **values})
        if expiry is not None:
            session.set_expiry(expiry)
        session.save()
        return session

    def goes_on(self, session: SessionStore) -> bool:
        return SessionStore().exists(session.session_key)

    @override_settings(SESSION_COOKIE_AGE=3600)
    def test_the_absolute_end_counts_from_the_beginning_whatever_happens(self) -> None:
        session = self.stored()
        self.pass_time(minutes=59)
        later = SessionStore(session.session_key)
        later["a"] = 2
        later.save()
        assert 0 < later.get_expiry_age() <= 60
        self.pass_time(minutes=1)
        assert not self.goes_on(session)

    def test_seconds_count_from_the_last_change(self) -> None:
        session = self.stored(300)
        self.pass_time(seconds=200)
        SessionStore(session.session_key).load()
        later = SessionStore(session.session_key)
        later["a"] = 2
        later.save()
        self.pass_time(seconds=200)
        assert self.goes_on(session)
        SessionStore(session.session_key).load()
        self.pass_time(seconds=100)
        assert not self.goes_on(session), "reading is no activity"

    def test_a_date_is_an_end(self) -> None:
        session = self.stored(timezone.now() + timedelta(days=365 * 50))
        self.pass_time(days=13)
        assert self.goes_on(session)
        self.pass_time(days=1)
        assert not self.goes_on(session), "never past SESSION_COOKIE_AGE"

    def test_it_can_be_set_on_a_session_that_is_stored_and_taken_back(self) -> None:
        session = self.stored()
        session.set_expiry(60)
        session.save()
        self.pass_time(seconds=59)
        assert self.goes_on(session)
        session.set_expiry(None)
        session.save()
        self.pass_time(days=1)
        assert self.goes_on(session)

    def test_what_is_over_before_it_begins_is_nothing(self) -> None:
        assert not self.goes_on(self.stored(timedelta(seconds=-10)))
        ada = get_user_model().objects.create_user("ada")
        client = Client()
        client.force_login(ada)
        session = client.session
        session.set_expiry(timedelta(days=-365 * 60))
        session.cycle_key()
        with pytest.raises(Refused, match="expired"):
            session.save()

    def test_until_the_browser_closes(self) -> None:
        assert self.stored(0).get_expire_at_browser_close()
        with override_settings(SESSION_EXPIRE_AT_BROWSER_CLOSE=True):
            answer = self.client.post("/basket", {"item": "tea"})
            assert answer.cookies[COOKIE]["max-age"] == ""


class BesideCases(TestCase):
    """A session that another application on the same tables has opened for one of Django's users."""

    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.issued = engine().sessions.start(self.ada.pk, method="password")
        self.client.cookies[COOKIE] = self.issued.token

    def test_it_is_that_user_here_too(self) -> None:
        assert self.client.get("/who").json()["id"] == self.issued.session.id
        assert self.client.get("/me").content == b"ada"
        self.client.post("/basket", {"item": "tea"})
        assert self.client.get("/basket").json() == ["tea"]
        assert self.client.cookies[COOKIE].value == self.issued.token

    def test_until_it_is_ended_here(self) -> None:
        self.client.post("/sign-out")
        assert isinstance(engine().check(self.issued.token), Refused)

    def test_or_the_user_may_not_sign_in(self) -> None:
        get_user_model().objects.filter(pk=self.ada.pk).update(is_active=False)
        assert self.client.get("/guarded").status_code == 401

    def test_of_a_principal_that_is_no_user_it_is_nobodys(self) -> None:
        self.client.cookies[COOKIE] = engine().sessions.start(10**6).token
        assert self.client.get("/guarded").status_code == 401


def test_it_knows_no_more_than_it_must(site: None) -> None:
    del site
    session = SessionStore("rsc_s_nonsense")
    assert json.dumps(dict(session.items())) == "{}"
    assert async_to_sync(session.aget)("a") is None


def test_it_has_what_a_session_of_django_has(site: None) -> None:
    del site
    theirs, ours = vars(SessionBase("a-session-key")), SessionStore("a-session-key")
    assert {name: getattr(ours, name) for name in theirs} == theirs
