"""Session engine, session middleware and the name of the cookie."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from django.contrib.sessions.middleware import SessionMiddleware as Stock
from django.core.checks.security.sessions import (
    check_session_cookie_httponly,
    check_session_cookie_secure,
)
from django.test import override_settings
from tests.django.checks.said import ids, only
from tests.django.places import APPS

from rescind.django.checks.sessions import (
    ENGINE,
    MIDDLEWARE,
    check_cookie_flags,
    check_cookie_name,
    check_cookie_prefix,
    check_middleware,
    check_routes,
)
from rescind.django.middleware import SessionMiddleware as Ours
from rescind.django.sessions import SessionStore as OurStore

STOCK = "django.contrib.sessions.middleware.SessionMiddleware"
OURS = f"{MIDDLEWARE}.SessionMiddleware"
MADE_FROM_OURS = f"{__name__}.MadeFromOurs"
DERIVED = f"{__name__}.Derived"
AUTH = "django.contrib.auth.middleware.AuthenticationMiddleware"


class Derived(Stock):  # a project's own, made from Django's
    pass


class MadeFromOurs(Ours):
    pass


class Engine:  # a project's own engine, made from ours
    SessionStore = type("SessionStore", (OurStore,), {})


def said(middleware: list[str], engine: str = ENGINE) -> Any:
    with override_settings(MIDDLEWARE=middleware, SESSION_ENGINE=engine):
        return check_middleware()


# -- E007, I001 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [OURS, MADE_FROM_OURS])
def test_ours_alone_is_in_order(path: str) -> None:
    assert ids(said([path, AUTH])) == []


def test_an_engine_made_from_ours_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "site_sessions", Engine)
    assert ids(said([OURS], "site_sessions")) == []
    only(said([STOCK], "site_sessions"), "rescind.I001")


def test_e007_our_middleware_on_another_engine() -> None:
    message = only(said([OURS], "django.contrib.sessions.backends.db"), "rescind.E007")
    assert 'SESSION_ENGINE = "rescind.django.sessions"' in message.hint


@pytest.mark.parametrize("other", [STOCK, DERIVED])
def test_e007_two_session_middlewares(other: str) -> None:
    message = only(said([OURS, AUTH, other]), "rescind.E007")
    assert other in message.msg


@pytest.mark.parametrize("path", [STOCK, DERIVED])
def test_i001_another_middleware_on_our_engine(path: str) -> None:
    message = only(said([path, AUTH]), "rescind.I001")
    assert path in message.msg
    assert OURS in message.hint
    assert not message.is_serious()


def test_another_engine_with_its_own_middleware_is_none_of_our_business() -> None:
    assert ids(said([STOCK], "django.contrib.sessions.backends.db")) == []
    assert ids(said([STOCK, DERIVED], "django.contrib.sessions.backends.db")) == []
    assert ids(said(["no.such.middleware", STOCK], "no.such.engine")) == []


# -- W001, W005 --------------------------------------------------------------------------------------------

PREFIXED = {
    "SESSION_ENGINE": ENGINE,
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_PATH": "/",
    "SESSION_COOKIE_DOMAIN": None,
}


def test_a_prefixed_cookie_that_browsers_keep_is_in_order() -> None:
    with override_settings(**PREFIXED):
        assert ids(check_cookie_name()) == ids(check_cookie_prefix()) == []


def test_w001_a_cookie_that_could_have_the_prefix() -> None:
    with override_settings(**PREFIXED | {"SESSION_COOKIE_NAME": "sessionid"}):
        message = only(check_cookie_name(), "rescind.W001")
    assert 'SESSION_COOKIE_NAME = "__Host-sessionid"' in message.hint
    assert 'RESCIND["previous_cookie_names"] = ["sessionid"]' in message.hint


@pytest.mark.parametrize(
    "change",
    [
        {"SESSION_COOKIE_SECURE": False},
        {"SESSION_COOKIE_PATH": "/shop"},
        {"SESSION_COOKIE_DOMAIN": "example.org"},
    ],
)
def test_w005_a_prefixed_cookie_that_browsers_drop_and_no_w001_without_the_prefix(
    change: dict[str, Any],
) -> None:
    with override_settings(**PREFIXED | change):
        only(check_cookie_prefix(), "rescind.W005")
    with override_settings(**PREFIXED | change | {"SESSION_COOKIE_NAME": "sessionid"}):
        assert ids(check_cookie_name()) == ids(check_cookie_prefix()) == []


def test_cookies_of_another_engine_are_none_of_our_business() -> None:
    other = {"SESSION_ENGINE": "django.contrib.sessions.backends.db"}
    with override_settings(**PREFIXED | other | {"SESSION_COOKIE_NAME": "sessionid"}):
        assert ids(check_cookie_name()) == []
    with override_settings(**PREFIXED | other | {"SESSION_COOKIE_SECURE": False}):
        assert ids(check_cookie_prefix()) == []


# -- W006 --------------------------------------------------------------------------------------------------


def flags(secure: bool, http_only: bool, **more: Any) -> tuple[list[str], list[str]]:
    """What we say, and what Django says."""
    given = {
        "SESSION_ENGINE": ENGINE,
        "MIDDLEWARE": [OURS],
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": http_only,
    }
    with override_settings(**given | more):
        djangos = [*check_session_cookie_secure(None), *check_session_cookie_httponly(None)]
        return ids(check_cookie_flags()), ids(djangos)


def test_w006_an_open_cookie_that_django_does_not_look_at() -> None:
    assert flags(secure=False, http_only=True) == (["rescind.W006"], [])
    assert flags(secure=True, http_only=False) == (["rescind.W006"], [])
    assert flags(secure=True, http_only=True) == ([], [])


def test_w006_is_not_said_twice() -> None:
    installed = {"INSTALLED_APPS": [*APPS, "django.contrib.sessions"]}
    assert flags(secure=False, http_only=True, **installed) == ([], ["security.W010"])
    assert flags(secure=False, http_only=True, MIDDLEWARE=[STOCK]) == ([], ["security.W011"])
    assert flags(secure=False, http_only=True, SESSION_ENGINE="django.contrib.sessions.backends.db")[0] == []


def test_our_routes_over_another_engine() -> None:
    assert check_routes() == []
    with override_settings(SESSION_ENGINE="django.contrib.sessions.backends.db"):
        assert ids(check_routes()) == ["rescind.E009"]
        with override_settings(ROOT_URLCONF="django.contrib.auth.urls"):
            assert check_routes() == []
