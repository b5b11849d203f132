"""``remember=True``, and what an old ``remember_token`` of Flask-Login is worth.

A token is ``id|HMAC``: it says nothing of when it was made, is good for as long as the key is, and nobody
knows how many copies there are. ``user`` exchanges it for a session of ours, or refuses it.
"""

from __future__ import annotations

from flask import Flask
from flask_login import decode_cookie
from flask_login.config import COOKIE_DURATION, COOKIE_NAME

from rescind._duration import seconds
from rescind.errors import ConfigurationError
from rescind.web.issuing import refused_cookie
from rescind.wsgi.request import Request


def cookie_name(app: Flask) -> str:
    """That of the cookie it comes in."""
    name: str = app.config.get("REMEMBER_COOKIE_NAME", COOKIE_NAME)
    return name


def lifetime(app: Flask, duration: float | None) -> float:
    """Seconds that somebody who is remembered stays signed in.

    Args:
        duration: of ``login_user(duration=...)``, seconds.

    Raises:
        ConfigurationError: ``REMEMBER_COOKIE_DURATION`` is no time.
    """
    configured = app.config.get("REMEMBER_COOKIE_DURATION", COOKIE_DURATION)
    lasts = seconds(configured if duration is None else duration, setting="REMEMBER_COOKIE_DURATION")
    if lasts <= 0:
        raise ConfigurationError("REMEMBER_COOKIE_DURATION, or duration= of login_user(), is no time at all")
    return lasts


def read_token(token: str) -> str | None:
    """The id in a token that is genuine, ``None`` for any other text."""
    try:
        user_id: str | None = decode_cookie(token)
    except TypeError:  # compare_digest of what is not ASCII
        return None
    return user_id


def may_exchange(request: Request) -> bool:
    """Browsers send the cookie with requests of any site, and keep ours only of a page that is opened."""
    if refused_cookie(request) is not None:
        return False
    site, target = (request.facts.one(name) for name in (b"sec-fetch-site", b"sec-fetch-dest"))
    return site in {None, "same-origin", "none"} or target == "document"
