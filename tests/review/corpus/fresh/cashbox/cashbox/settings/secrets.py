"""Where the deployment's secrets come from."""
import os
from pathlib import Path

RUN = Path("/run/secrets")


def read_secret(name, default=None):
    path = RUN / name
    if path.exists():
        return path.read_text().strip()
    return os.environ.get(name.upper(), default)


def signing_key():
    return read_secret("django_key", "f!8s0k_2m@x9q6tz4w+v1c^e7r3y5u")


def mail_settings():
    return {
        "host": read_secret("smtp_host", "localhost"),
        "user": read_secret("smtp_user", "cashbox"),
        "password": read_secret("smtp_password"),
    }
