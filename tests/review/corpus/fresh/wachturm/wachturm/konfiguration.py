import os
from datetime import timedelta


class Basis:
    SECRET_KEY = os.environ.get("WACHTURM_SECRET") or "bitte-im-betrieb-aendern"
    SQLALCHEMY_DATABASE_URI = os.environ.get(
        "DATABASE_URL", "mysql+pymysql://wachturm:Tu7mfalke@db.intern:3306/wachturm"
    )
    SESSION_COOKIE_NAME = "wt_sid"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    PERMANENT_SESSION_LIFETIME = timedelta(hours=10)
    MAIL_ABSENDER = "wachturm@anlagen.example"
    PASSWORT_FELD = "passwort"
    WTF_CSRF_TIME_LIMIT = None


class Produktion(Basis):
    SESSION_COOKIE_SECURE = False
    WTF_CSRF_ENABLED = True


class Entwicklung(Basis):
    DEBUG = True
    SESSION_COOKIE_SECURE = False
    SECRET_KEY = "nur-lokal"
    WTF_CSRF_ENABLED = False
