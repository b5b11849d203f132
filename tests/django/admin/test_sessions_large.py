"""Pages of the admin on tables with many rows, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.django.places import Place, manage

from rescind.django import engine, making, revoke
from rescind.django.models import Session

ROWS = 20_000
COPY = """INSERT INTO rescind_session (id, digest, realm, principal_id, birth, issued_seq, method, created_at,
    auth_time, last_seen, expires_at, idle, ended_at)
SELECT {number} || 'x', {bytes}, realm, principal_id, birth, issued_seq, method, created_at, auth_time,
    last_seen, expires_at, idle, CASE WHEN n & 1 = 0 THEN created_at END
FROM rescind_session, {numbers} WHERE id = %s"""
DIALECT = {
    "sqlite": {
        "number": "n",
        "bytes": "CAST(n AS BLOB)",
        "numbers": """(WITH RECURSIVE c(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM c WHERE n < {0})
            SELECT * FROM c)""",
    },
    "postgresql": {
        "number": "n::text",
        "bytes": "n::text::bytea",
        "numbers": "generate_series(1, {0}) AS n",
    },
}


@pytest.fixture
def administrator(both: Place) -> Iterator[Client]:
    """Signed in, with ``ROWS`` sessions of somebody's beside, half of which have ended."""
    making.drop()
    manage("migrate")
    users = get_user_model().objects
    client = Client()
    client.force_login(users.create_superuser("root"))
    ada = users.create_user("ada")
    one = engine().sessions.start(ada.pk, method="password").session.id
    words = {key: text.format(ROWS) for key, text in DIALECT[both.vendor].items()}
    with connection.cursor() as cursor:
        cursor.execute(COPY.format(**words), [one])
    yield client
    making.drop()


@pytest.mark.long
def test_no_page_reads_what_it_does_not_lead_to(administrator: Client, record_property: Any) -> None:
    assert Session.objects.count() > ROWS
    for asked in ("", "?state=all", "?state=ended", "?q=ada", "?p=10"):
        with CaptureQueriesContext(connection) as made:
            answer = administrator.get(f"/admin/rescind/session/{asked}")
        assert answer.status_code == 200
        assert b"The first 1000 only" in answer.content, asked
        slow = sum(float(query["time"]) for query in made)
        record_property("measured", f"sessions{asked} of {ROWS}: {len(made)} queries, {slow * 1000:.0f} ms")
        assert slow < 5  # two orders above what it takes alone


@pytest.mark.long
def test_states_and_revocation_on_both_databases(administrator: Client) -> None:
    ada = get_user_model().objects.get(username="ada")
    form = {
        "action": "revoke_selected",
        "_selected_action": ["1x", "3x"],
        "confirmed": "yes",
        "reason": "lost",
    }
    page = administrator.post("/admin/rescind/session/", form, follow=True)
    assert "Final · seq 2 · ended 2 sessions · " in page.content.decode()
    revoke(user=ada, reason="left")
    page = administrator.get("/admin/rescind/session/?q=ada")
    assert "0 sessions" in page.content.decode()
    for name in ("revocation", "auditevent", "principal"):
        assert (
            "ada"
            in administrator.get(f"/admin/rescind/{name}/?q=ada").content.decode().partition("results")[2]
        )
