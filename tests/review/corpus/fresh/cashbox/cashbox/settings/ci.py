"""Settings of the pipeline that runs the tests."""
from .base import *  # noqa

SECRET_KEY = "ci"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SESSION_COOKIE_SECURE = False
