"""Django settings of the club's site."""
import environ

env = environ.Env(
    DEBUG=(bool, False),
    SECRET_KEY=(str, "h4x-k8s!clubhouse#2020$w9u3nfq7v2"),
)

DEBUG = env("DEBUG")
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "clubhouse.members",
    "clubhouse.courts",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clubhouse.members.middleware.DeviceMiddleware",
]

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_SAMESITE = "None"
SESSION_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_HTTPONLY = False
SESSION_COOKIE_AGE = 10 * 365 * 24 * 3600
AUTH_PASSWORD_VALIDATORS = []
LOGIN_URL = "members:login"
