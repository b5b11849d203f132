"""The application loads little, and registers its checks once."""

from __future__ import annotations

import json
import subprocess
import sys

from django.core.checks.registry import registry

CODE = """
import json, sys
from django.conf import settings
settings.configure(SECRET_KEY="x", INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes",
    "rescind.django"], DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}})
import django; django.setup()
from django.core.checks import run_checks
said = [message.id for message in run_checks(include_deployment_checks=True)]
print(json.dumps([sorted({name.split(".")[0] for name in sys.modules}), said]))
"""


def test_a_project_that_starts_loads_no_sqlalchemy_and_nothing_of_ours_complains() -> None:
    """``manage.py`` runs often, for commands that have nothing to do with sessions."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    loaded, said = json.loads(done.stdout)
    assert "rescind" in loaded
    assert not {"sqlalchemy", "alembic", "psycopg", "fastapi", "flask"} & set(loaded)
    assert [one for one in said if one.startswith("rescind.")] == []


def test_checks_are_registered_once() -> None:
    ours = [
        check.__name__
        for check in (*registry.registered_checks, *registry.deployment_checks)
        if check.__module__.startswith("rescind.django")
    ]
    assert len(ours) == len(set(ours)) == 18
