"""Einstellungen der Praxisverwaltung."""

import os
import sys
from pathlib import Path

WURZEL = Path(__file__).resolve().parent.parent
TESTS = "test" in sys.argv


def geheimnis(name, ersatz=None):
    wert = os.environ.get(name, ersatz)
    if wert is None:
        raise KeyError(f"{name} fehlt")
    return wert


SECRET_KEY = geheimnis("PRAXIS_SCHLUESSEL", "praxis-schluessel-nicht-aendern")
FIELD_KEY = geheimnis("PRAXIS_FELDER")
ROOT_URLCONF = "praxis.urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "rest_framework", "termine"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "termine.zwischen.Protokoll",
]
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = False
SESSION_COOKIE_AGE = 8 * 60 * 60
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["PRAXIS_REDIS"]}}
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["termine.anmeldung.SchluesselAnmeldung", "rest_framework.authentication.SessionAuthentication"],
}

if TESTS:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.UnsaltedMD5PasswordHasher"]
