"""``rescind.django.allauth`` under the real django-allauth, in a project of its own: its applications
have to be there before the first model is imported."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.django.places import Place, server_at
from tests.postgres import PostgresServer

ROOT = Path(__file__).parents[2]


def run(database: Place | None = None) -> int:
    """How many cases Django's runner has run, all of them well."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.django.projects.with_allauth"}
    if database is not None:
        environment["DATABASE"] = json.dumps(database.database)
    command = ["-W", "error", "-m", "django", "test", "tests.django.projects.allauth_cases", "--noinput"]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found = re.search(r"^Ran (\d+) tests", done.stderr, re.MULTILINE)
    assert found is not None
    return int(found[1])


def test_its_list_of_sessions_has_public_ids() -> None:
    assert run() >= 10


@pytest.mark.long
def test_on_postgresql(postgres_server: PostgresServer) -> None:
    """Whose columns are as short as they say."""
    assert run(server_at(postgres_server.url(postgres_server.create()))) >= 10
