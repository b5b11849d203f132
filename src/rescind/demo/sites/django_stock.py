"""An ordinary Django project, with three kinds of Django's own sessions. Imports nothing of rescind's engine.

db       a row, read on every request
shared   the row, and a cache in front of it that all workers share, as Django's documentation advises
local    the row, and the cache that Django has where nobody sets one: each worker's own memory
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import django
from django.conf import settings

from rescind.demo.sites.naming import Wsgi, named_wsgi
from rescind.demo.sites.places import KEY, REDIS, STOCK, folder

settings.configure(
    SECRET_KEY=os.environ[KEY],
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder() / STOCK,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
            },
        }
    },
    CACHES={
        "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        "shared": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ[REDIS]},
        "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    },
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    MIDDLEWARE=[f"{__name__}.SessionsByPath", "django.contrib.auth.middleware.AuthenticationMiddleware"],
    PASSWORD_HASHERS=["rescind.demo.sites.django_hasher.Argon2"],
)
django.setup()

# ruff: noqa: E402 - Django's models can be imported only now
from django.contrib.auth import get_user_model, login, logout, update_session_auth_hash
from django.contrib.sessions.backends import cached_db, db
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path


class Shared(cached_db.SessionStore):
    """As with `SESSION_CACHE_ALIAS = "shared"`."""

    alias = "shared"

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._cache = caches[self.alias]


class Local(Shared):
    """As with `SESSION_CACHE_ALIAS = "local"`."""

    alias = "local"


KINDS = {"db": db.SessionStore, "shared": Shared, "local": Local}


class SessionsByPath:
    """Django's own middleware, with the kind of session that the path begins with."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._kinds: dict[str, Any] = {}
        for kind, store in KINDS.items():
            self._kinds[kind] = SessionMiddleware(get_response)
            self._kinds[kind].SessionStore = store

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kind = request.path_info.split("/")[1]
        answer: HttpResponse = self._kinds.get(kind, self._kinds["db"])(request)
        return answer


def sign_in(request: HttpRequest) -> JsonResponse:
    """The demo's people have no passwords: it measures what comes after."""
    pk = int(json.loads(request.body)["user"])
    user, _ = get_user_model().objects.get_or_create(pk=pk, defaults={"username": f"person-{pk}"})
    login(request, user)
    return JsonResponse({"user": str(pk)})


def note(request: HttpRequest) -> JsonResponse:
    if not request.user.is_authenticated:
        return JsonResponse({"code": "sign_in"}, status=401)
    return JsonResponse({"user": str(request.user.pk), "note": "buy milk"})


def sign_out(request: HttpRequest) -> JsonResponse:
    logout(request)
    return JsonResponse({"signed": "out"})


def change_password(request: HttpRequest) -> JsonResponse:
    """As Django's own view does it."""
    request.user.set_password(json.loads(request.body)["password"])
    request.user.save()
    update_session_auth_hash(request, request.user)
    return JsonResponse({"password": "changed"})


def disable(request: HttpRequest) -> JsonResponse:
    """Anybody may, in a demo."""
    get_user_model().objects.filter(pk=int(json.loads(request.body)["user"])).update(is_active=False)
    return JsonResponse({"account": "disabled"})


def ready(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"worker": os.getpid()})


VIEWS = {
    "sign-in": sign_in,
    "note": note,
    "sign-out": sign_out,
    "password": change_password,
    "disable": disable,
}
urlpatterns = [
    path("ready", ready),
    *(path(f"{kind}/{name}", view) for kind in KINDS for name, view in VIEWS.items()),
]


def create_app() -> Wsgi:
    """What the workers run; loaded once, before they are forked."""
    return named_wsgi(WSGIHandler())


def prepare() -> None:
    """The tables."""
    call_command("migrate", verbosity=0)
