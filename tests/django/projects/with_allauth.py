"""A Django project with django-allauth: settings and addresses."""

from __future__ import annotations

import json
import os

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils.functional import SimpleLazyObject

IN_MEMORY = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}

SECRET_KEY = "for tests alone, and for nothing else"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.django.projects.with_allauth"
USE_TZ = True
DATABASES = {"default": json.loads(os.environ.get("DATABASE", json.dumps(IN_MEMORY)))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "rescind.django",
    "rescind.django.allauth",
]
MIDDLEWARE = [
    "rescind.django.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]
SESSION_ENGINE = "rescind.django.sessions"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
LOGIN_REDIRECT_URL = "/me"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


@login_required
def me(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username())


def included() -> list[object]:
    """Once applications are ready: allauth's addresses import its models."""
    return [path("accounts/", include("allauth.urls")), path("me", me)]


urlpatterns = SimpleLazyObject(included)
