import os
from datetime import timedelta


class Base:
    SQLALCHEMY_DATABASE_URI = os.environ.get("DATABASE_URL", "postgresql:///condominio")
    PERMANENT_SESSION_LIFETIME = timedelta(hours=10)
    SESSION_TYPE = "redis"
    SESSION_PERMANENT = True
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    MAIL_SERVER = "localhost"
    MAIL_DEFAULT_SENDER = "sindico@flamboyant.example"
    SITE = "https://flamboyant.example"
    BANCO_URL = "https://cobranca.banco.example/v1"
    TAMANHO_MAXIMO = 5 * 1024 * 1024
    COOKIE_PORTARIA_SEGURO = False


class Producao(Base):
    SESSION_COOKIE_SECURE = True


class Teste(Base):
    TESTING = True
    SECRET_KEY = "so-para-os-testes"
    SESSION_TYPE = "null"
    SQLALCHEMY_DATABASE_URI = "sqlite://"
    WTF_CSRF_ENABLED = False
