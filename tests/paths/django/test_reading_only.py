"""Source of Django that is not imported gives the map that the running framework gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.paths.django.corpus import FOLDERS
from tests.paths.measuring import APPLICATIONS
from tests.paths.test_reading_only import told

from rescind.paths.map import STATIC, draw
from rescind.paths.model import Map
from rescind.paths.target import target_of

LARGE = APPLICATIONS / "sites" / "large"


def of_its_own(drawn: Map, folder: Path) -> dict[tuple[str, str], object]:
    """Less the files of views that packages hold, which were not read."""
    found = told(drawn)
    return {
        key: (route[0], route[1], route[2] if (folder / str(route[2])).is_file() else "", *route[3:])  # type: ignore[index]
        for key, route in found.items()
    }


def same(folder: Path) -> None:
    running, read = draw("settings", folder), draw(".", folder)
    assert of_its_own(running, folder) == of_its_own(read, folder)
    assert STATIC in read.notes and STATIC not in running.notes


def test_reading_alone_says_the_same_of_a_large_site() -> None:
    same(LARGE)


@pytest.mark.long
@pytest.mark.parametrize("half", [0, 1])
def test_reading_alone_says_the_same_of_each(half: int) -> None:
    for folder in FOLDERS[half::2]:
        same(folder)


def test_settings_that_cannot_be_imported_are_read(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("import not_installed\nROOT_URLCONF = 'urls'\n")
    (tmp_path / "urls.py").write_text(
        "from django.urls import path\ndef x(request): ...\nurlpatterns = [path('x/', x)]\n"
    )
    drawn = draw("config", tmp_path)
    assert [(each.method, each.path, each.line) for each in drawn.routes] == [("ANY", "/x/", 2)]
    assert "No module named 'not_installed'" in drawn.notes[0]


def test_a_wsgi_module_that_cannot_be_imported_leads_to_the_settings(tmp_path: Path) -> None:
    (tmp_path / "wsgi.py").write_text(
        "import os, not_installed\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config')\n"
    )
    (tmp_path / "config.py").write_text("ROOT_URLCONF = 'urls'\n")
    (tmp_path / "urls.py").write_text(
        "from django.urls import path\ndef x(request): ...\nurlpatterns = [path('x/', x)]\n"
    )
    assert [each.path for each in draw("wsgi:application", tmp_path).routes] == ["/x/"]


def test_manage_py_names_the_settings(tmp_path: Path) -> None:
    (tmp_path / "manage.py").write_text("os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.production')")
    found = target_of("manage.py", tmp_path)
    assert (found.importable, found.folder, found.source) == ("site_.production", tmp_path, tmp_path)


PACKAGES = """
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from knox.views import LoginView
from not_installed.views import Export, report


class SignIn(LoginView):
    authentication_classes = []


urlpatterns = [
    path("in", SignIn.as_view()),
    path("again", LoginView.as_view()),
    path("export", Export.as_view()),
    path("report", csrf_exempt(report)),
]
"""


def test_views_of_packages_are_known_or_not_called_open(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("SECRET_KEY = 'x'\nROOT_URLCONF = 'urls'\n")
    (tmp_path / "urls.py").write_text(PACKAGES)
    drawn = draw(".", tmp_path)
    found = {each.path: (each.method, each.protected) for each in drawn.routes}
    assert found == {
        "/in": ("POST", True),
        "/again": ("POST", True),
        "/export": ("ANY", None),
        "/report": ("ANY", None),
    }
    assert next(each.accepts for each in drawn.routes if each.path == "/in") == ()
