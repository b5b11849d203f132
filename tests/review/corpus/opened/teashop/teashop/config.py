import os
from datetime import timedelta


class Config:
    SECRET_KEY = os.environ["TEASHOP_SECRET_KEY"]
    SQLALCHEMY_DATABASE_URI = os.environ["TEASHOP_DATABASE"]
    PAYMENT_SECRET = os.environ["TEASHOP_PAYMENT_SECRET"].encode()
    COURIER_SECRET = os.environ["TEASHOP_COURIER_SECRET"].encode()
    BASE_URL = "https://www.leafandpot.example"
    VISIT_LENGTH = timedelta(days=10)
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    MAX_CONTENT_LENGTH = 2 * 1024 * 1024
