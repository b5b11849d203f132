"""What a site of Django itself says of its routes, in a process of its own: another way than the map's."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.programs import Program

SITES = Path(__file__).parents[1] / "applications" / "sites"


def own_view(
    folder: Path, settings: str = "settings", paths: tuple[tuple[str, str], ...] = ()
) -> dict[str, Any]:
    """``routes``: path and name of each; ``rest``: method and path as REST framework lists them; ``answers``:
    status and redirection of each request of ``paths`` without a credential."""
    with tempfile.TemporaryDirectory() as place:
        answer = Path(place) / "answer.json"
        environment = os.environ | {
            "PLACE": place,
            "DATABASE": f"{place}/site.db",
            "DJANGO_SETTINGS_MODULE": settings,
        }
        program = Program(run, str(folder), str(answer), paths, environment=environment, leads=True)
        assert program.wait() == 0
        found: dict[str, Any] = json.loads(answer.read_text())
        return found


def run(folder: str, answer: str, paths: tuple[tuple[str, str], ...]) -> None:
    sys.path.insert(0, folder)
    import django
    from django.contrib.admindocs.views import extract_views_from_urlpatterns
    from django.core.management import call_command
    from django.test import Client
    from django.urls import get_resolver

    django.setup()
    views = extract_views_from_urlpatterns(get_resolver().url_patterns)
    routes = [[path_of(regex), name or ""] for _, regex, _, name in views]
    answers = []
    if paths:
        call_command("migrate", verbosity=0)
        client = Client(raise_request_exception=False)
        told = [client.generic(method, path, secure=True) for method, path in paths]
        answers = [[each.status_code, each.headers.get("Location", "")] for each in told]
    Path(answer).write_text(json.dumps({"routes": routes, "rest": rest(), "answers": answers}))


def rest() -> list[list[str]]:
    try:
        from rest_framework.schemas.generators import EndpointEnumerator
    except Exception:  # noqa: BLE001 - it is not installed in that site
        return []
    return [[method, path] for path, method, _ in EndpointEnumerator().get_api_endpoints()]


def path_of(regex: str) -> str:
    """Without the anchors of regular expressions."""
    return "/" + re.sub(r"(?:^|(?<=/))\^|(?:\$|\\Z)$", "", regex)
