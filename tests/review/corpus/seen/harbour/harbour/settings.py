import os

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

DEBUG = os.environ.get("HARBOUR_DEBUG") == "1"
SECRET_KEY = os.environ.get("HARBOUR_KEY", "")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("HARBOUR_KEY is not set")
    SECRET_KEY = get_random_secret_key()

ROOT_URLCONF = "harbour.urls"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 365 * 3
SESSION_COOKIE_SAMESITE = None
SESSION_COOKIE_SECURE = not DEBUG
CSRF_TRUSTED_ORIGINS = ["https://harbour.example"]
AUTHENTICATION_BACKENDS = ["berths.backends.EmailBackend", "berths.backends.TokenBackend"]
PASSWORD_RESET_TIMEOUT = 3600

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    # "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
