"""Settings of the hall's site: one small server, PostgreSQL beside it."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent

SECRET_KEY = os.environ["HALL_SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["hall.marlow-green.example"]
SITE_URL = "https://hall.marlow-green.example"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "rest_framework",
    "hall",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "hall.middleware.SlowRequests",
]

ROOT_URLCONF = "hall.urls"
AUTH_USER_MODEL = "hall.Member"
LOGIN_REDIRECT_URL = "/bookings/"

PASSWORD_HASHERS = [
    "hall.hashers.VillageHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "hall",
        "USER": "hall",
        "PASSWORD": os.environ["HALL_DB_PASSWORD"],
        "HOST": "127.0.0.1",
    }
}

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}

USE_TZ = True
TIME_ZONE = "Europe/London"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
