"""django-oauth-toolkit, where signing out deletes the token that the request came with."""

import os
from pathlib import Path

SECRET_KEY = "a secret of more than thirty-two bytes"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PLACE = Path(os.environ.get("PLACE", "/tmp"))
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": PLACE / "shop.db"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "oauth2_provider",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "oauth2_provider.contrib.rest_framework.OAuth2Authentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}
OAUTH2_PROVIDER = {"ACCESS_TOKEN_EXPIRE_SECONDS": 7_200}
