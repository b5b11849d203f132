"""Settings of a developer's own machine."""

import os

os.environ.setdefault("BIBLIOTECA_DB_PASSWORD", "")
os.environ.setdefault("EDITORIAL_SECRETO", "")
os.environ.setdefault("BIBLIOTECA_SECRET_KEY", os.urandom(24).hex())

from .settings import *  # noqa: E402,F403

DEBUG = True
ALLOWED_HOSTS = ["localhost"]
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
