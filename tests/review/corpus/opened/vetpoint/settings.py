"""Settings of Vetpoint, the records of several veterinary practices in one place."""

import os
from datetime import timedelta
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = os.environ["VETPOINT_SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = os.environ["VETPOINT_HOSTS"].split(",")
ROOT_URLCONF = "urls"
AUTH_USER_MODEL = "accounts.StaffMember"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "accounts",
    "patients",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("PGDATABASE", "vetpoint"),
        "HOST": os.environ.get("PGHOST", "db"),
        "USER": os.environ["PGUSER"],
        "PASSWORD": os.environ["PGPASSWORD"],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "accounts.authentication.MobileTokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 50,
}

SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(hours=10).total_seconds())
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True

MOBILE_LOGIN_TTL = timedelta(days=30)
LAB_KEY_TTL = timedelta(days=180)
INVITE_TTL = timedelta(days=7)
MEDIA_ROOT = BASE_DIR / "media"
