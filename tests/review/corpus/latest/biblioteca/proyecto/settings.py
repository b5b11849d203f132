import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = os.environ["BIBLIOTECA_SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["biblioteca.example", "catalogo.biblioteca.example"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "corsheaders",
    "rest_framework",
    "prestamos",
]
MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "prestamos.middleware.Trazas",
]
ROOT_URLCONF = "proyecto.urls"
AUTH_USER_MODEL = "prestamos.Socio"
PASSWORD_HASHERS = [
    "prestamos.hashers.HasherMostrador",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "biblioteca",
        "USER": "biblioteca",
        "PASSWORD": os.environ["BIBLIOTECA_DB_PASSWORD"],
        "HOST": os.environ.get("BIBLIOTECA_DB_HOST", "localhost"),
    }
}

SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = False
SESSION_COOKIE_AGE = 60 * 60 * 24 * 365 * 10
CSRF_COOKIE_SECURE = True

CORS_ALLOWED_ORIGINS = ["https://catalogo.biblioteca.example"]
CORS_ALLOW_CREDENTIALS = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "prestamos.autenticacion.SesionApp",
        "prestamos.autenticacion.LlaveAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 40,
}

LANGUAGE_CODE = "es"
TIME_ZONE = "America/Montevideo"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

EDITORIAL_SECRETO = os.environ["EDITORIAL_SECRETO"].encode()
SMS_URL = "https://sms.pasarela.example/enviar"
SMS_CLAVE = os.environ.get("SMS_CLAVE", "k-7b1fd2a6690c4d0e9a55c3")
SMS_REMITENTE = os.environ.get("SMS_REMITENTE", "BIBLIOTECA")
