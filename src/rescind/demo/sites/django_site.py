"""The notes behind rescind in Django: a project in one file, with the three settings of docs/django.md.

Its users are Django's; what it shares with FastAPI and Flask is the database, and the name of the cookie.
Imported by its processes only: settings can be made once in a process, and come from the environment.
"""

from __future__ import annotations

import json
import os

import django
from django.conf import settings

from rescind.demo.sites import page
from rescind.demo.sites.naming import Wsgi, named_wsgi
from rescind.demo.sites.places import DATABASE, KEY, PATIENCE, folder

FRAMEWORK = "Django"
settings.configure(
    SECRET_KEY=os.environ[KEY],
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder() / DATABASE,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
        }
    },
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rescind.django"],
    SESSION_ENGINE="rescind.django.sessions",
    SESSION_COOKIE_NAME="__Host-rescind",
    SESSION_COOKIE_SECURE=True,  # browsers keep it on http://localhost
    MIDDLEWARE=[
        "rescind.django.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    RESCIND={"authority_timeout": PATIENCE},
    PASSWORD_HASHERS=["rescind.demo.sites.django_hasher.Argon2"],
)
django.setup()

# ruff: noqa: E402 - Django's models can be imported only now
from django.contrib.auth import get_user_model, login, update_session_auth_hash
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from rescind.django import engine, require, session_of
from rescind.django.making import drop


def home(request: HttpRequest) -> HttpResponse:
    """Who is signed in, or the form."""
    session = session_of(request)
    token = get_token(request)
    if session is None or not request.user.is_authenticated:
        hidden = f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
        return HttpResponse(page.form(FRAMEWORK, hidden), headers=page.NO_STORE)
    return HttpResponse(page.home(FRAMEWORK, request.user.pk, session.id), headers=page.NO_STORE)


@csrf_exempt  # whoever signs in has no token yet; a browser uses the form
def sign_in(request: HttpRequest) -> JsonResponse:
    """The demo's people have no passwords: it measures what comes after."""
    pk = int(json.loads(request.body)["user"])
    user, _ = get_user_model().objects.get_or_create(pk=pk, defaults={"username": f"person-{pk}"})
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return JsonResponse({"user": str(pk)})


@require()
def note(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"user": str(request.user.pk), "note": "buy milk"})


@require()
def change_password(request: HttpRequest) -> JsonResponse:
    """As Django's own view does it."""
    request.user.set_password(json.loads(request.body)["password"])
    request.user.save()
    update_session_auth_hash(request, request.user)
    return JsonResponse({"password": "changed"})


@require()
def disable(request: HttpRequest) -> JsonResponse:
    """Anybody may, in a demo."""
    user = get_user_model().objects.get(pk=int(json.loads(request.body)["user"]))
    user.is_active = False
    user.save()
    return JsonResponse({"account": "disabled"})


def ready(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"worker": os.getpid()})


urlpatterns = [
    path("", home),
    path("ready", ready),
    path("auth/", include("rescind.django.urls")),
    path("rescind/sign-in", sign_in),
    path("rescind/note", note),
    path("rescind/password", change_password),
    path("rescind/disable", disable),
]


def create_app() -> Wsgi:
    """What the workers run; loaded once, before they are forked."""
    return named_wsgi(WSGIHandler())


def prepare() -> None:
    """All tables of the database, those of the other frameworks too: rescind's are the same in all."""
    call_command("migrate", verbosity=0)
    drop()


def add_person(pk: int, login: str, password: str) -> None:
    """Somebody who can sign in to all three: a user of Django's and an account of rescind's, of one key."""
    get_user_model().objects.create_user(login, password=password, pk=pk)
    engine().accounts.create(login=login, password=password, principal=pk)
    drop()
