import os

SECRET_KEY = os.environ["LEASEHOLD_SECRET_KEY"]
ACCESS_KEY = os.environ["LEASEHOLD_ACCESS_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["api.leasehold.example"]
ROOT_URLCONF = "leasehold.urls"
USE_TZ = True

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "leasehold"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
AUTH_USER_MODEL = "leasehold.Staff"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "leasehold",
        "USER": "leasehold",
        "PASSWORD": os.environ["LEASEHOLD_DB_PASSWORD"],
        "HOST": os.environ.get("LEASEHOLD_DB_HOST", "127.0.0.1"),
    }
}

# The gates of the car parks and the bank; two of each while one is being changed.
BANK_TOKENS = os.environ["LEASEHOLD_BANK_TOKENS"].split(",")
GATE_TOKENS = os.environ["LEASEHOLD_GATE_TOKENS"].split(",")

API_AUDIENCE = "leasehold-api"
ISSUER = "https://api.leasehold.example"
