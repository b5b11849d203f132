"""Read once; modules import names from here."""
import logging
import os
from configparser import ConfigParser
from functools import partial

log = logging.getLogger(__name__)
_parser = ConfigParser()
_parser.read_string(
    """
[web]
secret_key = temporary_key
session_backend = database
session_lifetime_minutes = 720
cookie_samesite = Lax
"""
)
_parser.read(os.environ.get("AIRLOCK_CFG", "/etc/airlock.cfg"))


class ConfigError(Exception):
    pass


def get(section, key, **kwargs):
    variable = f"AIRLOCK__{section.upper()}__{key.upper()}"
    if variable in os.environ:
        return os.environ[variable]
    return _parser.get(section, key, **kwargs)


def check():
    """Called before the first worker starts."""
    if get("web", "secret_key") == "temporary_key":
        raise ConfigError("[web] secret_key has to be set")
    if get("web", "session_backend") not in ("database", "securecookie"):
        raise ConfigError("[web] session_backend: database or securecookie")


SECRET_KEY = get("web", "secret_key")
SESSION_MINUTES = int(get("web", "session_lifetime_minutes"))
FERNET_KEY = get("core", "fernet_key", fallback="cryptography_is_not_optional_here_0123456789=")
SMTP_PASSWORD = get("smtp", "password", fallback=None)
INTERNAL_API_KEY = partial(get, "core", "internal_api_key", fallback="airlock-internal")()
LOG_CONFIG = {"version": 1, "password_filter": "airlock.masking.Filter"}

log.info("configured: backend=%s key of %d characters", get("web", "session_backend"), len(SECRET_KEY))
log.debug("values: %s", {s: dict(_parser.items(s)) for s in _parser.sections()})
