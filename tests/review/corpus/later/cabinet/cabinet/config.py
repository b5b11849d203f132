import os
from datetime import timedelta


class Base:
    SQLALCHEMY_DATABASE_URI = os.environ.get("BASE_URL", "postgresql:///cabinet")
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_TYPE = "redis"
    PERMANENT_SESSION_LIFETIME = timedelta(hours=8)
    WTF_CSRF_TIME_LIMIT = 3600
    ADRESSE_PUBLIQUE = os.environ.get("ADRESSE_PUBLIQUE", "https://cabinet.example.fr")
    SMS_URL = "https://sms.example.fr/envoi"
    SMS_CLEF_API = "sms-8Qm2vXr41TnLw07c"


class Production(Base):
    SECRET_KEY = os.environ.get("CABINET_SECRET")
    SESSION_COOKIE_HTTPONLY = False


class Developpement(Base):
    DEBUG = True
    SECRET_KEY = "dev"
    SESSION_COOKIE_SECURE = False
