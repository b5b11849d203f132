"""States of sessions as the admin shows them."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, TestCase

from rescind.django import engine, revoke
from rescind.django.admin.states import condition, live_counts, states_of
from rescind.django.models import Session

pytestmark = pytest.mark.usefixtures("site")


class StateCases(TestCase):
    """What a page calls live is what the engine lets in, whatever has ended it."""

    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.sign_in()

    def sign_in(self) -> None:
        client = Client()
        client.force_login(self.ada)
        self.id, self.key = client.session.public_id, client.cookies["sessionid"].value

    def check(self, state: str) -> None:
        assert states_of([self.id]) == {self.id: state}
        for each in ("live", "ended", "expired", "disabled"):
            assert Session.objects.filter(condition(each), id=self.id).exists() == (each == state), each
        browser = Client()
        browser.cookies["sessionid"] = self.key
        assert browser.get("/guarded").status_code == (200 if state == "live" else 401)

    def test_live(self) -> None:
        self.check("live")

    def test_ended_by_its_mark_or_by_the_log(self) -> None:
        proof = Session.objects.get(id=self.id).credential_id
        engine().principals.set(self.ada.pk, tenant="acme", reason="x")
        everything = {"everything": True, "confirm": "default"}
        for selector in ({"user": self.ada}, {"credential": proof}, {"tenant": "acme"}, everything):
            with self.subTest(selector=selector):
                revoke(reason="x", **selector)
                self.check("ended")
                self.sign_in()
                self.check("live")
        revoke(reason="x", session=self.id)
        self.check("ended")

    def test_kept_and_grants_alone(self) -> None:
        revoke(user=self.ada, keep=self.id, reason="elsewhere")
        self.check("live")
        revoke(user=self.ada, what="grants", reason="x")
        self.check("live")

    def test_past_a_limit(self) -> None:
        now, rows = engine().core.time.now(), Session.objects.filter(id=self.id)
        ends = rows.values_list("expires_at", flat=True).get()
        rows.update(expires_at=now)
        self.check("expired")
        rows.update(expires_at=ends, idle=1_000_000, last_seen=now - 2_000_000)
        self.check("expired")
        self.check("ended")  # the check of before has found it idle and marked it

    def test_of_somebody_inactive(self) -> None:
        engine().principals.set(self.ada.pk, active=False, reason="x")
        self.check("disabled")

    def test_how_many_live_ones_each_has(self) -> None:
        self.sign_in()
        revoke(session=self.id, reason="x")
        assert live_counts([str(self.ada.pk), "nobody"]) == {str(self.ada.pk): 1}
