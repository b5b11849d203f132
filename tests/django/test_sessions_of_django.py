"""Django's own tests of accounts and sessions, from its source distribution, on rescind's session engine.

``SESSION_ENGINE``, ``INSTALLED_APPS`` and the middleware are rescind's; everything else is as Django runs it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import django
import pytest

pytestmark = pytest.mark.long

SIGNS_IN_TWICE = "test_session_key_flushed_on_login_after_password_change"
EXPLAINED = {
    # Looks the session up in Django's own table, where ours is not.
    "test_empty_session_saved (sessions_tests.tests.SessionMiddlewareTests.test_empty_session_saved)",
    # Django keeps the key of who signs in twice. Here that is a proof that counts for `fresh`, which an
    # old key, and a copy of it, must not have.
    f"{SIGNS_IN_TWICE} (auth_tests.test_views.LoginTest.{SIGNS_IN_TWICE})",
}
SETTINGS = """
from test_sqlite import *

SESSION_ENGINE = "rescind.django.sessions"
"""
OURS = """
from django.test import TestCase
from sessions_tests.tests import SessionTestsMixin

from rescind.django.sessions import SessionStore


class RescindSessionTests(SessionTestsMixin, TestCase):
    backend = SessionStore
"""
MIDDLEWARE = '"django.contrib.sessions.middleware.SessionMiddleware",'
APPS = "ALWAYS_INSTALLED_APPS = ["


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """The folder of Django's tests, set up for our engine."""
    wanted = f"django=={django.__version__}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*command, "--dest", str(tmp_path), wanted], check=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.4 has it
        packed.extractall(tmp_path)
    (tests,) = tmp_path.glob("*/tests")
    runner = tests / "runtests.py"
    text = runner.read_text(encoding="utf-8")
    assert text.count(MIDDLEWARE) == text.count(APPS) == 1
    text = text.replace(MIDDLEWARE, '"rescind.django.middleware.SessionMiddleware",')
    runner.write_text(text.replace(APPS, f'{APPS} "rescind.django",'), encoding="utf-8")
    (tests / "rescind_settings.py").write_text(SETTINGS, encoding="utf-8")
    ours = tests / "rescind_tests"
    ours.mkdir()
    (ours / "__init__.py").touch()
    (ours / "tests.py").write_text(OURS, encoding="utf-8")
    return tests


def test_all_pass_but_what_is_explained(suite: Path, record_property: Callable[[str, object], None]) -> None:
    labels = ["auth_tests", "sessions_tests", "rescind_tests"]
    command = [sys.executable, "runtests.py", "--settings", "rescind_settings", "--parallel", "1", *labels]
    environment = os.environ | {"PYTHONPATH": str(suite)}
    done = subprocess.run(command, cwd=suite, env=environment, capture_output=True, text=True, timeout=900)
    said = done.stdout + done.stderr
    ran = re.search(r"^Ran (\d+) tests", said, re.MULTILINE)
    assert ran is not None and int(ran[1]) > 1500, said[-3000:]
    assert set(re.findall(r"^(?:FAIL|ERROR): (.+)$", said, re.MULTILINE)) == EXPLAINED, said[-5000:]
    record_property("measured", f"Django's own tests: {ran[1]} run, {len(EXPLAINED)} explained")
