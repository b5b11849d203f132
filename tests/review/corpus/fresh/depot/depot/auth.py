"""Planners sign in elsewhere and come with a header of the proxy; scanners have keys."""
import functools
import hashlib
import hmac
import logging
import time

from flask import abort, current_app, g, request

from .store import keys

log = logging.getLogger(__name__)


def _mac(text):
    return hmac.new(current_app.config["PROXY_KEY"], text.encode(), hashlib.sha256).hexdigest()


def planner_required(view):
    @functools.wraps(view)
    def inner(*args, **kwargs):
        name = request.headers.get("X-Proxy-User", "")
        stamp = request.headers.get("X-Proxy-Time", "0")
        seal = request.headers.get("X-Proxy-Seal", "")
        if not hmac.compare_digest(_mac(f"{name}|{stamp}"), seal):
            abort(401)
        if abs(time.time() - float(stamp)) > 60:
            abort(401)
        g.planner = name
        return view(*args, **kwargs)

    return inner


def scanner_required(view):
    @functools.wraps(view)
    def inner(*args, **kwargs):
        given = request.headers.get("X-Scanner-Key", "")
        if given not in keys():
            log.warning("scanner with unknown key from %s: %s", request.remote_addr, dict(request.headers))
            abort(401)
        return view(*args, **kwargs)

    return inner
