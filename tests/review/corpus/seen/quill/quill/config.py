import os
from datetime import timedelta


class Base:
    SECRET_KEY = os.environ.get("QUILL_SECRET_KEY")
    SESSION_TYPE = "redis"
    SESSION_COOKIE_NAME = "__Host-quill"
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    PERMANENT_SESSION_LIFETIME = timedelta(hours=12)
    WEBHOOK_SECRET = os.getenv("QUILL_WEBHOOK_SECRET") or "quill-hooks-7d1e55"


class Production(Base):
    DATABASE = "/var/lib/quill/quill.sqlite"
    REMEMBER_COOKIE_DURATION = timedelta(days=3650)
    REMEMBER_COOKIE_SECURE = False


class Development(Base):
    DEBUG = True
    SECRET_KEY = "dev"
    SESSION_COOKIE_NAME = "quill"
    SESSION_COOKIE_SECURE = False
    DATABASE = "quill.sqlite"
