import os
from datetime import timedelta


class Commun:
    SECRET_KEY = os.environ["ATELIER_SECRET"]
    SESSION_PERMANENT = True
    PERMANENT_SESSION_LIFETIME = timedelta(days=36500)
    SESSION_COOKIE_SAMESITE = "None"
    SESSION_COOKIE_SECURE = False
    SQLALCHEMY_DATABASE_URI = os.environ["ATELIER_BASE"]
    CACHE_TYPE = "SimpleCache"


class Production(Commun):
    WTF_CSRF_ENABLED = False
    REMEMBER_COOKIE_HTTPONLY = False


class Essais(Commun):
    TESTING = True
    SECRET_KEY = "essais"
    WTF_CSRF_ENABLED = False
    SESSION_COOKIE_SECURE = False
    SQLALCHEMY_DATABASE_URI = "sqlite://"
