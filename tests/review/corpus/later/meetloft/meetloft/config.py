import os
from datetime import timedelta


class Config:
    MONGO_URI = os.environ.get("MONGO_URI", "mongodb://localhost:27017/meetloft")
    SECRET_KEY = os.environ["MEETLOFT_SECRET"]
    JWT_SECRET_KEY = os.environ.get("MEETLOFT_JWT_SECRET", "loft-jwt-secret-8841")
    JWT_TOKEN_LOCATION = ["headers", "cookies"]
    JWT_COOKIE_SECURE = False
    JWT_COOKIE_CSRF_PROTECT = False
    JWT_COOKIE_SAMESITE = "None"
    JWT_ACCESS_TOKEN_EXPIRES = timedelta(minutes=20)
    JWT_REFRESH_TOKEN_EXPIRES = False
    SESSION_COOKIE_SECURE = True
    PUBLIC_URL = os.environ.get("MEETLOFT_URL", "https://meetloft.example")
    MAIL_SERVER = os.environ.get("MAIL_SERVER", "localhost")
    MAIL_USERNAME = os.environ.get("MAIL_USERNAME", "")
    MAIL_PASSWORD = "Loft&Mail#2023"


class TestConfig(Config):
    TESTING = True
    JWT_SECRET_KEY = "test-secret"
    MONGO_URI = "mongodb://localhost:27017/meetloft-test"
