"""Réglages de la clinique vétérinaire des Tilleuls."""
import os

SECRET_KEY = os.environ["CLINIQUE_DJANGO_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["api.tilleuls-veto.example"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "ninja",
    "cabinet",
]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "reglages.urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "clinique",
        "USER": "clinique",
        "PASSWORD": os.environ["CLINIQUE_DB_PASSWORD"],
        "HOST": os.environ.get("CLINIQUE_DB_HOST", "db"),
    }
}
LANGUAGE_CODE = "fr-fr"
TIME_ZONE = "Europe/Paris"
USE_TZ = True

JWT_SECRET_NAME = "clinique/prod/jwt-personnel"
JWT_ISSUER = "https://api.tilleuls-veto.example"
JWT_AUDIENCE = "cabinet"
ECRAN_CLE = "tilleuls-ecran-salle-attente-2021"

LABO_URL = "https://labo.biovet.example/v2"
LABO_CA = "/etc/ssl/labo/biovet-ca.pem"
ASSUREURS_PEM = "/etc/clinique/assureurs"
