"""Settings of a Django project for worker processes. In the environment: ``DATABASE`` says where, as JSON;
``RESCIND`` has further settings, as JSON.
"""

from __future__ import annotations

import json
import os

SECRET_KEY = "for tests alone, and for nothing else"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.promise.django_site"
USE_TZ = True
DATABASES = {"default": json.loads(os.environ["DATABASE"])}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "rescind.django"]
MIDDLEWARE = [
    "rescind.django.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
SESSION_ENGINE = "rescind.django.sessions"
SESSION_COOKIE_NAME = "__Host-rescind"
SESSION_COOKIE_SECURE = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "/sign-in"
RESCIND = {"authority_timeout": "10s"} | json.loads(
    os.environ.get("RESCIND", "{}")
)  # a busy machine is no outage
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rescind.django.drf.SessionAuthentication",
        "rescind.django.drf.BearerAuthentication",
    ]
}
