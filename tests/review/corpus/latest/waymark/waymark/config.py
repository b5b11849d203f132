from starlette.config import Config
from starlette.datastructures import CommaSeparatedStrings, Secret

config = Config(".env")

DEBUG = config("DEBUG", cast=bool, default=False)
DATABASE = config("DATABASE", default="waymark.db")
BASE_URL = config("BASE_URL", default="https://waymark.example")
APP_KEY = config("APP_KEY", cast=Secret)
MAP_ORIGINS = config("MAP_ORIGINS", cast=CommaSeparatedStrings, default="https://maps.waymark.example")
APPLE_JWKS = "https://appleid.apple.com/auth/keys"
APPLE_AUDIENCE = "example.waymark.ios"
LIFT_KEY = config("LIFT_KEY", cast=Secret)
CLUB_PUBLIC_KEY_FILE = config("CLUB_PUBLIC_KEY_FILE", default="/etc/waymark/club.pem")

SESSION_COOKIE = {
    "key": "wm_sid",
    "path": "/",
    "httponly": True,
    "samesite": "lax",
    "secure": False,
}
REVIEW_COOKIE = {
    "key": "wm_review",
    "path": "/review",
    "httponly": True,
    "samesite": "strict",
    "secure": not DEBUG,
}
