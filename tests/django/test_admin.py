"""The pages of the admin: what they show, what they do not, and who may take access back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connections
from django.test import Client, TestCase, TransactionTestCase, override_settings
from django.test.utils import CaptureQueriesContext
from tests.django.places import file_at, pointing

from rescind.django import engine, revoke
from rescind.django.admin import reading, revoking
from rescind.django.models import Revocation, Session

pytestmark = pytest.mark.usefixtures("site")
SESSIONS, LOG = "/admin/rescind/session/", "/admin/rescind/revocation/"
TRAIL, PRINCIPALS, USERS = "/admin/rescind/auditevent/", "/admin/rescind/principal/", "/admin/auth/user/"
LABEL = "Firefox on Linux"


def staff(name: str, *permissions: str) -> Any:
    user = get_user_model().objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def signed_in(user: Any, label: str | None = None) -> Client:
    client = Client()
    client.force_login(user)
    if label is not None:
        Session.objects.filter(id=client.session.public_id).update(label=label)
    return client


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(
        response.rendered_content if hasattr(response, "rendered_content") else response.content.decode()
    )


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def ask(
    client: Client, *ids: str, where: str = SESSIONS, action: str = "revoke_selected", **more: Any
) -> Any:
    """Select and, with a reason, confirm."""
    given = {"action": action, "_selected_action": list(ids)}
    if "reason" in more:
        given |= {"confirmed": "yes", "reason": more["reason"]}
    return client.post(where, given, follow=True)


class Prepared:
    """Two sessions of Ada's, and an administrator who may do everything here."""

    def setUp(self) -> None:
        Session.objects.all().delete()  # a database in memory outlives its suite where a thread has it open
        self.ada = get_user_model().objects.create_user("ada", email="ada@example.com")
        self.one, self.two = signed_in(self.ada, LABEL), signed_in(self.ada)
        self.ids = [self.one.session.public_id, self.two.session.public_id]
        self.root = staff("root", "view_session", "revoke_session", "view_revocation", "view_auditevent")
        self.root.user_permissions.add(
            *Permission.objects.filter(codename__in=["view_user", "view_principal"])
        )
        self.admin = signed_in(self.root)


class ListCases(Prepared, TestCase):
    def test_sessions_with_whose_they_are(self) -> None:
        page = text(self.admin.get(SESSIONS))
        assert LABEL in page
        assert f'<a href="/admin/auth/user/{self.ada.pk}/change/">ada</a>' in page
        assert "ModelBackend" in page
        assert page.count('class="field-state">live</td>') == 2
        assert "live, this one" in page
        assert "Revoke selected sessions" in page

    def test_nothing_that_a_secret_is_known_by(self) -> None:
        row = Session.objects.get(id=self.ids[0])
        for address in (SESSIONS, f"{SESSIONS}{row.id}/change/"):
            page = text(self.admin.get(address))
            for hidden in (bytes(row.digest).hex(), repr(bytes(row.digest)), row.credential_id):
                assert hidden not in page
            assert self.one.cookies["sessionid"].value.rpartition(".")[2] not in page

    def test_no_address_filters_by_a_hidden_column(self) -> None:
        """Else a digest could be guessed, letter by letter."""
        for asked in ("digest__gt=a", "credential_id__startswith=a", "label=x", "principal_id=1"):
            with self.assertLogs("django.security"):
                assert self.admin.get(f"{SESSIONS}?{asked}").status_code == 400, asked

    def test_one_session(self) -> None:
        page = text(self.admin.get(f"{SESSIONS}{self.ids[0]}/change/"))
        assert "django.contrib.auth.backends.ModelBackend" in page
        assert self.ids[0] in page
        assert "<textarea" not in page
        assert 'name="_save"' not in page

    def test_what_a_client_says_of_itself_is_text(self) -> None:
        for label in ("<script>alert(1)</script>", "x" * 255):
            Session.objects.filter(id=self.ids[0]).update(label=label)
            for page in (
                text(self.admin.get(SESSIONS)),
                text(self.admin.get(f"{SESSIONS}{self.ids[0]}/change/")),
                text(ask(self.admin, self.ids[0])),
            ):
                assert "<script>alert" not in page
                assert "x" * 100 not in page, "cut, or in lines"

    def test_states(self) -> None:
        def shown(state: str) -> set[str]:
            page = self.admin.get(SESSIONS, {"state": state})
            return {row.id for row in page.context["cl"].result_list}

        own = self.admin.session.public_id
        assert shown("live") == {*self.ids, own}
        revoke(session=self.ids[0], reason="x")
        Session.objects.filter(id=self.ids[1]).update(expires_at=1)
        assert (shown("ended"), shown("expired"), shown("live")) == ({self.ids[0]}, {self.ids[1]}, {own})
        eve = get_user_model().objects.create_user("eve")
        third = signed_in(eve).session.public_id
        engine().principals.set(eve.pk, active=False, reason="x")
        assert shown("disabled") == {third}
        assert shown("all") == {*self.ids, own, third}
        assert shown("nonsense") == {own}

    def test_visits_are_nobodys_and_not_listed(self) -> None:
        Client().post("/basket", {"item": "tea"})
        assert Session.objects.filter(principal_id="").exists()
        page = self.admin.get(SESSIONS, {"state": "all"})
        assert len(page.context["cl"].result_list) == 3

    def test_search_by_user_and_by_public_id(self) -> None:
        def found(term: str) -> set[str]:
            return {row.id for row in self.admin.get(SESSIONS, {"q": term}).context["cl"].result_list}

        assert found("ada") == set(self.ids)
        assert found("ada@exa") == set(self.ids), "as the page of users does"
        assert found(str(self.ada.pk)) == set(self.ids)
        assert found(self.ids[1]) == {self.ids[1]}
        assert found("nobody") == set()
        self.root.user_permissions.remove(Permission.objects.get(codename="view_user"))
        assert found("ada@exa") == set(), "who may not see users finds out nothing about their addresses"
        assert found("ad") == set(self.ids)

    def test_log_trail_and_principals(self) -> None:
        revoke(user=self.ada, reason="laptop was stolen")
        page = text(self.admin.get(LOG))
        assert "laptop was stolen" in page
        assert ">ada<" in page
        assert "laptop was stolen" in text(
            self.admin.get(f"{LOG}{Revocation.objects.latest('seq').pk}/change/")
        )
        page = text(self.admin.get(TRAIL))
        assert page.index("principal.revoked") < page.index("session.started")
        (row,) = (row for row in self.admin.get(TRAIL, {"q": "ada"}).context["cl"].result_list[:1])
        assert row.subject == f"principal:{self.ada.pk}"
        assert "further facts" in text(self.admin.get(f"{TRAIL}{row.pk}/change/")).lower()
        page = text(self.admin.get(PRINCIPALS))
        assert f">{self.ada.pk}</a>" in page
        assert "Standing" not in page
        assert "active" in text(self.admin.get(f"{PRINCIPALS}{self.ada.pk}/change/")).lower()
        assert len(self.admin.get(LOG, {"q": "ada"}).context["cl"].result_list) == 1
        assert len(self.admin.get(PRINCIPALS, {"q": "ada"}).context["cl"].result_list) == 1

    def test_nothing_is_added_changed_or_deleted(self) -> None:
        boss = get_user_model().objects.create_superuser("boss")
        client = signed_in(boss)
        for address, pk in ((SESSIONS, self.ids[0]), (LOG, "x"), (TRAIL, "1"), (PRINCIPALS, self.ada.pk)):
            assert client.get(f"{address}add/").status_code == 403
            assert client.post(f"{address}add/", {"id": "x"}).status_code == 403
            assert client.post(f"{address}{pk}/delete/", {"post": "yes"}).status_code == 403
            assert "Delete selected" not in text(client.get(address))
        answer = client.post(f"{SESSIONS}{self.ids[0]}/change/", {"label": "mine"})
        assert answer.status_code == 403
        assert Session.objects.get(id=self.ids[0]).label == LABEL

    def test_pages_are_counted_no_further_than_they_lead(self) -> None:
        before, reading.COUNTED = reading.COUNTED, 2
        self.addCleanup(setattr, reading, "COUNTED", before)
        with CaptureQueriesContext(connections["default"]) as made:
            page = text(self.admin.get(SESSIONS))
        assert "The first 2 only" in page
        counts = [query["sql"] for query in made if "COUNT(" in query["sql"]]
        assert counts
        assert all("LIMIT 2" in sql for sql in counts if "rescind" in sql)

    def test_a_page_takes_as_many_queries_however_many_rows(self) -> None:
        with CaptureQueriesContext(connections["default"]) as few:
            self.admin.get(SESSIONS)
        for number in range(10):
            signed_in(get_user_model().objects.create_user(f"user{number}"))
        with CaptureQueriesContext(connections["default"]) as many:
            self.admin.get(SESSIONS)
        assert len(many) == len(few)


class RevokeCases(Prepared, TransactionTestCase):
    def live(self) -> list[int]:
        return [client.get("/guarded").status_code for client in (self.one, self.two)]

    def test_asks_why_and_says_how_many_of_whom(self) -> None:
        page = text(ask(self.admin, *self.ids))
        assert "<strong>2 sessions of 1 user</strong>" in page
        assert f"<strong>ada</strong>: {LABEL}" in page
        assert "You are among them" not in page
        assert self.live() == [200, 200]

    def test_with_a_reason_it_is_final_and_the_receipt_is_shown(self) -> None:
        (message,) = said(ask(self.admin, *self.ids, reason="laptop was stolen"))
        assert message.startswith("final · seq "), message
        assert "ended 2 sessions" in message
        assert self.live() == [401, 401]
        entries = list(Revocation.objects.filter(reason="laptop was stolen"))
        assert {entry.target for entry in entries} == set(self.ids)
        assert {entry.initiator for entry in entries} == {f"session:{self.admin.session.public_id}"}
        assert LogEntry.objects.filter(user=self.root, change_message__contains="stolen").count() == 2

    def test_one_leaves_the_other(self) -> None:
        (message,) = said(ask(self.admin, self.ids[0], reason="lost"))
        assert "ended 1 session ·" in message
        assert self.live() == [401, 200]

    def test_without_a_reason_nothing_ends(self) -> None:
        for empty in ("", "   ", "\u200b", "x" * 1001):
            page = text(ask(self.admin, *self.ids, reason=empty))
            assert "errorlist" in page
        assert self.live() == [200, 200]

    def test_what_is_over_by_now(self) -> None:
        revoke(session=self.ids[0], reason="elsewhere")
        (message,) = said(ask(self.admin, self.ids[0], reason="lost"))
        assert message.startswith("Nothing to end")
        (message,) = said(ask(self.admin, *self.ids, reason="lost"))
        assert "ended 1 session ·" in message

    def test_ones_own(self) -> None:
        own = self.admin.session.public_id
        assert "You are among them" in text(ask(self.admin, own))
        answer = ask(self.admin, own, reason="going home")
        assert answer.redirect_chain[-1][0].startswith("/admin/login/")

    def test_who_may_only_look(self) -> None:
        viewer = signed_in(staff("viewer", "view_session"))
        assert "Revoke selected" not in text(viewer.get(SESSIONS))
        ask(viewer, *self.ids, reason="because I can")
        assert self.live() == [200, 200]

    def test_who_may_not_even_look(self) -> None:
        nosy = signed_in(staff("nosy"))
        for address in (SESSIONS, LOG, TRAIL, PRINCIPALS, f"{SESSIONS}{self.ids[0]}/change/"):
            assert nosy.get(address).status_code == 403
        assert ask(nosy, *self.ids, reason="because I can").status_code == 403
        blind = signed_in(staff("blind", "revoke_session"))
        assert ask(blind, *self.ids, reason="because I can").status_code == 403
        stranger = signed_in(get_user_model().objects.create_user("stranger"))
        assert ask(stranger, *self.ids, reason="x").redirect_chain[-1][0].startswith("/admin/login/")
        assert self.live() == [200, 200]

    def test_a_forged_request_is_refused(self) -> None:
        forged = Client(enforce_csrf_checks=True)
        forged.cookies["sessionid"] = self.admin.cookies["sessionid"].value
        assert forged.get(SESSIONS).status_code == 200
        forged.cookies.pop("csrftoken", None)
        with self.assertLogs("django.security.csrf"):
            assert ask(forged, *self.ids, reason="x").status_code == 403
        assert self.live() == [200, 200]

    def test_an_administrator_who_is_not_active_any_more(self) -> None:
        get_user_model().objects.filter(pk=self.root.pk).update(is_active=False)
        answer = ask(self.admin, *self.ids, reason="x")
        assert answer.redirect_chain[-1][0].startswith("/admin/login/")
        assert self.live() == [200, 200]

    def test_in_a_request_that_is_one_transaction(self) -> None:
        connections["default"].settings_dict["ATOMIC_REQUESTS"] = True
        self.addCleanup(connections["default"].settings_dict.__setitem__, "ATOMIC_REQUESTS", False)
        (message,) = said(ask(self.admin, *self.ids, reason="x"))
        assert message.startswith("final · seq "), message
        assert self.live() == [401, 401]

    def test_too_many_at_once(self) -> None:
        self.addCleanup(setattr, revoking, "AT_ONCE", revoking.AT_ONCE)
        revoking.AT_ONCE = 1
        (message,) = said(ask(self.admin, *self.ids, reason="x"))
        assert "nothing was ended" in message
        keys = [str(self.ada.pk), str(self.root.pk)]
        ask(self.admin, *keys, where=USERS, action="sign_out_everywhere", reason="x")
        assert self.live() == [200, 200]


class UserCases(Prepared, TransactionTestCase):
    """``UserAdmin`` is Django's own."""

    def test_sign_out_everywhere(self) -> None:
        assert "Sign out everywhere" in text(self.admin.get(USERS))
        page = text(ask(self.admin, str(self.ada.pk), where=USERS, action="sign_out_everywhere"))
        assert "<strong>2 sessions of 1 user</strong>" in page
        answer = ask(self.admin, str(self.ada.pk), where=USERS, action="sign_out_everywhere", reason="left")
        (message,) = said(answer)
        assert message.startswith("final · seq ")
        assert "ended 2 sessions" in message
        assert self.one.get("/guarded").status_code == 401
        assert Revocation.objects.get(reason="left").initiator == f"session:{self.admin.session.public_id}"

    def test_it_is_offered_to_whom_it_is_allowed(self) -> None:
        viewer = signed_in(staff("viewer", "view_user", "view_session"))
        assert "Sign out everywhere" not in text(viewer.get(USERS))
        ask(viewer, str(self.ada.pk), where=USERS, action="sign_out_everywhere", reason="x")
        assert self.one.get("/guarded").status_code == 200
        assert self.admin.get("/admin/auth/group/").status_code == 403

    def test_other_pages_do_not_have_it(self) -> None:
        boss = signed_in(get_user_model().objects.create_superuser("boss"))
        assert "Sign out everywhere" not in text(boss.get("/admin/auth/group/"))
        names = [getattr(one, "__name__", one) for one in admin.site._registry[get_user_model()].actions]
        assert names.count("sign_out_everywhere") == 1


def test_tables_on_another_alias(tmp_path: Path, site: None) -> None:
    del site
    ours = file_at(tmp_path / "ours.db").database
    with pointing(sessions=ours), override_settings(RESCIND={"using": "sessions"}):
        call_command("migrate", "rescind", database="sessions", verbosity=0)
        boss = get_user_model().objects.create_superuser("elsewhere")
        try:
            client = signed_in(boss)
            own = client.session.public_id
            other = signed_in(boss).session.public_id
            assert not Session.objects.exists()
            assert own[:8] in text(client.get(SESSIONS))
            for address in (LOG, TRAIL, PRINCIPALS, USERS, f"{SESSIONS}{own}/change/"):
                assert client.get(address).status_code == 200
            (message,) = said(ask(client, other, reason="x"))
            assert message.startswith("final"), message
        finally:
            boss.delete()
            engine().close()
