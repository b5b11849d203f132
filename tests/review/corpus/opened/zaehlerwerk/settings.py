"""Einstellungen des Kundenportals der Stadtwerke."""

import os
from datetime import timedelta

SECRET_KEY = os.environ["ZAEHLERWERK_SCHLUESSEL"]
DEBUG = False
ALLOWED_HOSTS = ["portal.zaehlerwerk.example"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.sessions", "portal"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "portal.zugang.KundinMiddleware",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "zaehlerwerk",
        "USER": os.environ["PGUSER"],
        "PASSWORD": os.environ["PGPASSWORD"],
        "HOST": os.environ.get("PGHOST", "db"),
    }
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

SESSION_COOKIE_AGE = 3600
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = True
LANGUAGE_CODE = "de"
USE_TZ = True

APP_ANMELDUNG = timedelta(weeks=1040)
FREIGABE_DAUER = timedelta(days=14)
ANMELDECODE_DAUER = timedelta(minutes=10)
