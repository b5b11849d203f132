import os

from . import conf

SECRET_KEY = os.environ["LYCEUM_DJANGO_KEY"]
ALLOWED_HOSTS = ["lyceum.example", "www.lyceum.example"]
ROOT_URLCONF = "lyceum.urls"
AUTH_USER_MODEL = "pupils.Person"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "channels", "lyceum.pupils"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lyceum.pupils.middleware.TraceMiddleware",
]
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = False
SESSION_COOKIE_AGE = conf.session_hours * 3600
SESSION_SERIALIZER = "lyceum.conf.serializers.RichSerializer"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.MD5PasswordHasher",
]
CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [os.environ.get("REDIS", "redis://localhost")]}}}
