"""The server of sessions, and what the admin shows of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from tests.django.checks.said import ids, only
from tests.redis_server import Server

from rescind.django.checks.contents import check_admin, check_contents


@pytest.fixture
def nowhere(tmp_path: Path) -> str:
    return f"unix://{tmp_path}/redis.sock"


def test_a_server_that_cannot_be_used(nowhere: str) -> None:
    with override_settings(RESCIND={"redis": nowhere}):
        assert "503" in only(check_contents(databases=["default"]), "rescind.W008").msg
        assert check_contents(databases=None) == [], "nobody asked to look"
    with Server("redis", "--maxmemory-policy", "allkeys-lru") as server:
        with override_settings(RESCIND={"redis": server.url}):
            assert "noeviction" in only(check_contents(databases=["default"]), "rescind.W008").msg
        server.do("CONFIG", "SET", "maxmemory-policy", "noeviction")
        with override_settings(RESCIND={"redis": server.url}):
            assert check_contents(databases=["default"]) == []


@pytest.mark.parametrize("given", [{}, {"redis": 3}, {"model": "jwt"}])
def test_it_has_nothing_to_say_elsewhere(given: Any) -> None:
    with override_settings(RESCIND=given):
        assert check_contents(databases=["default"]) == check_admin() == []


def test_the_admin_shows_what_has_ended(nowhere: str) -> None:
    with override_settings(RESCIND={"redis": nowhere}):
        assert ids(check_admin()) == ["rescind.I004"]
        with override_settings(INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"]):
            assert check_admin() == []
