"""Settings of the cooperative's trading floor."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
PLACEHOLDER = "set-me-in-the-environment"

env = environ.Env(DEBUG=(bool, False), ALLOWED_HOSTS=(list, []))

DEBUG = env("DEBUG")
SECRET_KEY = env("SECRET_KEY", default=PLACEHOLDER)
if SECRET_KEY == PLACEHOLDER:
    raise ImproperlyConfigured("SECRET_KEY is not set")

ALLOWED_HOSTS = env("ALLOWED_HOSTS")
EXPORT_KEY = env.str("EXPORT_KEY", default="k8Fq-granary-exports-2021")
SCALE_KEY = env("SCALE_KEY")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "rest_framework",
    "accounts",
    "lots",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "lots.middleware.FailureReportMiddleware",
]

ROOT_URLCONF = "config.urls"
AUTH_USER_MODEL = "accounts.Member"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "floor"

DATABASES = {"default": env.db("DATABASE_URL")}

PASSWORD_HASHERS = [
    "accounts.hashers.FloorPasswordHasher",
    "accounts.hashers.AgrosoftPasswordHasher",
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = False
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = False
SECURE_HSTS_SECONDS = 31_536_000
SECURE_SSL_REDIRECT = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}

LOGGING = {
    "version": 1,
    "formatters": {"json": {"()": "pythonjsonlogger.jsonlogger.JsonFormatter"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stdout"], "level": "INFO"},
}
