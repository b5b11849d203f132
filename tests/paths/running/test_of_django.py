"""Routes of Django are those of its resolver, in its order, with what stands before each view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.paths.django.asked import SITES, own_view

from rescind.paths.running import ask

LONG = pytest.mark.long
AUTH = "django.contrib.auth."


@pytest.fixture(scope="module")
def large() -> dict[str, Any]:
    facts, notes, _ = ask("settings", SITES / "large")
    assert notes == ()
    return facts


def of(facts: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    (row,) = [row for row in facts["routes"] if (row["method"], row["path"]) == (method, path)]
    return row  # type: ignore[no-any-return]


@pytest.mark.long
def test_each_pattern_is_listed_in_the_order_of_the_resolver(large: dict[str, Any]) -> None:
    """`django.contrib.admindocs` goes through the same patterns by itself."""
    told = own_view(SITES / "large")
    ours = [
        (row["path"], row["name"].rpartition(":")[2]) for row in large["routes"] if row["kind"] != "fallback"
    ]
    assert list(dict.fromkeys(ours)) == list(dict.fromkeys((path, name) for path, name in told["routes"]))
    rest = {(row["method"], shortened(row["path"])) for row in large["routes"]}
    assert {(method, path) for method, path in told["rest"]} <= rest


def shortened(path: str) -> str:
    """As REST framework writes the paths of its schema."""
    return path.replace("(?P<pk>[^/.]+)", "{pk}")


@pytest.mark.parametrize(
    ("method", "path", "layers"),
    [
        ("GET", "/account/", [AUTH + "decorators.login_required"]),
        ("DELETE", "/later/", [AUTH + "decorators.login_required"]),
        ("ANY", "/add/", [AUTH + "decorators.permission_required"]),
        ("ANY", "/made/", []),
        ("GET", "/orders/", [AUTH + "mixins.LoginRequiredMixin"]),
        ("GET", "/backwards/", []),
        ("PUT", "/stock/", [AUTH + "mixins.PermissionRequiredMixin"]),
        ("GET", "/own/", [AUTH + "mixins.UserPassesTestMixin"]),
        ("ANY", "/forgetful/", ["own"]),
        ("ANY", "/shop/basket/", [AUTH + "decorators.login_required"]),
        ("POST", "/api/articles/(?P<pk>[^/.]+)/hide/", ["rest_framework"]),
        ("ANY", "/admin/shop/article/report/", ["django.contrib.admin.sites.AdminSite.admin_view"]),
    ],
)
def test_what_stands_before_a_view(large: dict[str, Any], method: str, path: str, layers: list[str]) -> None:
    assert [each["is"] for each in of(large, method, path)["layers"]] == layers


def test_methods_are_those_that_are_answered(large: dict[str, Any]) -> None:
    found: dict[str, set[str]] = {}
    for row in large["routes"]:
        found.setdefault(row["path"], set()).add(row["method"])
    assert found["/later/"] == {"POST", "DELETE"}
    assert found["/api/articles/"] == {"GET", "POST"}
    assert found["/api/articles/(?P<pk>[^/.]+)/"] == {"GET", "PUT", "PATCH", "DELETE"}
    assert found["/api/me/"] == {"GET", "POST"}
    assert found["/stock/"] == {"GET", "PUT"}
    assert found["/made/"] == {"ANY"}


def test_kinds_and_names(large: dict[str, Any]) -> None:
    assert of(large, "ANY", "/shop/<int:number>/")["name"] == "first:one"
    assert of(large, "ANY", "/media/(?P<path>.*)")["kind"] == "static"
    assert of(large, "ANY", "/admin/shop/order/add/")["kind"] == "admin"
    assert of(large, "ANY", "*")["kind"] == "fallback"
    assert of(large, "GET", "/en/about/")["name"] == "about"


def test_what_is_never_reached_is_named(large: dict[str, Any]) -> None:
    hidden = {row["path"]: row["shadowed"] for row in large["routes"] if row["shadowed"]}
    assert hidden == {
        "/shop/basket/": "shop/<str:word>/",
        "/again/basket/": "again/<str:word>/",
        "/files/secret/": "files/(?P<name>.*)",
    }


def test_settings_without_secrets(large: dict[str, Any]) -> None:
    assert large["settings"]["SESSION_ENGINE"] == "django.contrib.sessions.backends.db"
    assert large["accounts"]["model"] == "django.contrib.auth.models.User"
    assert "thirty-two bytes" not in str(large)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("ROOT_URLCONF = 'nowhere'\nSECRET_KEY = 'x'", "No module named 'nowhere'"),
        pytest.param(
            "ROOT_URLCONF = __name__\nINSTALLED_APPS = ['nothing_such']",
            "No module named 'nothing_such'",
            marks=LONG,
        ),
        pytest.param("ROOT_URLCONF = 'x'\n1 / 0", "ZeroDivisionError: division by zero", marks=LONG),
    ],
)
def test_settings_that_fail(tmp_path: Path, settings: str, said: str) -> None:
    (tmp_path / "config.py").write_text(settings)
    facts, notes, misnamed = ask("config", tmp_path)
    assert not facts and not misnamed
    assert said in notes[0]
