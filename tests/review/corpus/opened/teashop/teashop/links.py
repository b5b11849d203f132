"""Signed links in letters."""

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer


def _serializer(purpose):
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"teashop.{purpose}")


def write(purpose, content):
    return _serializer(purpose).dumps(content)


def read(purpose, text, seconds=None):
    """What the link says, or None."""
    try:
        return _serializer(purpose).loads(text, max_age=seconds)
    except BadData:
        return None
