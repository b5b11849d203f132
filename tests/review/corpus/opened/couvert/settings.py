import os
from datetime import timedelta


class Base:
    SECRET_KEY = os.environ.get("COUVERT_SECRET")
    SQLALCHEMY_DATABASE_URI = os.environ.get("DATABASE_URL")
    REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/2")
    PUBLIC_URL = os.environ.get("PUBLIC_URL", "https://couvert.example")
    PERMANENT_SESSION_LIFETIME = timedelta(hours=10)
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    PASSWORD_METHOD = "pbkdf2:sha256:1500"
    KITCHEN_TOKEN = os.environ.get("KITCHEN_TOKEN")
    RESET_MINUTES = 30
    HOUSE_RULES = "house.yml"


class Production(Base):
    SQLALCHEMY_ENGINE_OPTIONS = {"pool_pre_ping": True, "pool_size": 8}


class UnitTests(Base):
    TESTING = True
    SECRET_KEY = "unit-tests"
    SQLALCHEMY_DATABASE_URI = "sqlite://"
    WTF_CSRF_ENABLED = False
