"""Settings of the test run."""

from .base import *  # noqa: F403

SECRET_KEY = "only-for-the-test-run"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SESSION_COOKIE_SECURE = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
