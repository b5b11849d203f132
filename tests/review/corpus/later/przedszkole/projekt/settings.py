"""Ustawienia: przedszkola w gminie, jedna instalacja na wszystkie."""

from datetime import timedelta
from pathlib import Path

from decouple import Csv, config

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = config("SECRET_KEY", default="django-prod-7h#k2m!x0v9q$w3e")
DEBUG = config("DEBUG", default=False, cast=bool)
ALLOWED_HOSTS = config("ALLOWED_HOSTS", cast=Csv())
SMS_TOKEN = config("SMS_TOKEN")
KLUCZ_BRAMY = config("KLUCZ_BRAMY")
KLUCZ_KUCHNI = config("KLUCZ_KUCHNI")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "corsheaders",
    "ninja",
    "dzieci",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "projekt.urls"
AUTH_USER_MODEL = "dzieci.Osoba"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": config("DB_NAME", default="przedszkole"),
        "USER": config("DB_USER", default="przedszkole"),
        "PASSWORD": config("DB_PASSWORD"),
    }
}

SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = False
LANGUAGE_COOKIE_HTTPONLY = False
SESSION_COOKIE_AGE = 2 * 365 * 24 * 3600

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

CORS_ALLOWED_ORIGINS = ["https://rodzice.przedszkole.example"]
CORS_ALLOW_CREDENTIALS = True

TOKEN_DOSTEPU = timedelta(minutes=15)
TOKEN_ODNOWIENIA = timedelta(days=1)
ADRES = config("ADRES", default="https://przedszkole.example")
CERTYFIKAT_KURATORIUM = BASE_DIR / "kuratorium.pem"
