"""A Django project with the admin, for the browser; its database is where ``DATABASE`` says."""

from __future__ import annotations

import os

from tests.django.places import APPS, SETTINGS

SECRET_KEY = SETTINGS["SECRET_KEY"]
DEBUG = True
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.staticfiles", *APPS]
STATIC_URL = "static/"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["DATABASE"],
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
}
USE_TZ = True
ROOT_URLCONF = SETTINGS["ROOT_URLCONF"]
MIDDLEWARE = SETTINGS["MIDDLEWARE"]
SESSION_ENGINE = SETTINGS["SESSION_ENGINE"]
LOGIN_URL = "/sign-in"
TEMPLATES = SETTINGS["TEMPLATES"]
PASSWORD_HASHERS = SETTINGS["PASSWORD_HASHERS"]
DEFAULT_AUTO_FIELD = SETTINGS["DEFAULT_AUTO_FIELD"]
