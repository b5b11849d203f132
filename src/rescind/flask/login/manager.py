"""Where Flask-Login asks. Its manager answers as we do where ``hook_login`` was called, else as ever."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakSet

from flask import Flask, current_app
from flask_login import LoginManager, user_logged_out, user_login_confirmed

from rescind.errors import ConfigurationError
from rescind.flask.installed import LOGIN, Installed
from rescind.flask.login.user import Login

SEAMS = {
    "_load_user": "load",
    "_update_request_context_with_user": "put",
    "_update_remember_cookie": "end",
}
"""Methods of a ``LoginManager``, and those of ours that answer instead."""
_ASKING_US: WeakSet[Any] = WeakSet()


def hook_login(app: Flask, installed: Installed, manager: Any) -> None:
    """Have Flask-Login ask us in this application. Does no I/O.

    Raises:
        ConfigurationError: it is no ``LoginManager``, or one of a Flask-Login that we do not know.
    """
    if not isinstance(manager, LoginManager):
        raise ConfigurationError(
            f"login_manager is a {type(manager).__name__}: pass Flask-Login's LoginManager"
        )
    missing = [name for name in SEAMS if not callable(getattr(manager, name, None))]
    if missing:
        raise ConfigurationError(f"this Flask-Login has no {', '.join(missing)}: use Flask-Login 0.6.3")
    login = app.extensions[LOGIN] = Login(app, installed, manager)
    if manager not in _ASKING_US:  # once, of however many applications it is
        _ASKING_US.add(manager)
        for name, ours in SEAMS.items():
            setattr(manager, name, _dispatching(manager, name, ours))
    hooks = app.after_request_funcs.setdefault(None, [])
    hooks[:] = [login.end if _is_hook_of(manager, hook) else hook for hook in hooks]
    user_logged_out.connect(login.logged_out, sender=app)
    user_login_confirmed.connect(login.confirmed, sender=app)
    app.before_request_funcs.setdefault(None, []).insert(0, login.begin)
    installed.sign_in_page = login.sign_in_page


def _is_hook_of(manager: Any, hook: Any) -> bool:
    """What ``LoginManager.init_app`` has registered, if it was called before. It touches ``flask.session`` in
    every request."""
    return getattr(hook, "__self__", None) is manager and hook.__name__ == "_update_remember_cookie"


def _dispatching(manager: Any, name: str, ours: str) -> Callable[..., Any]:
    theirs = getattr(manager, name)

    @wraps(theirs)
    def asked(*args: Any, **kwargs: Any) -> Any:
        login = current_app.extensions.get(LOGIN)
        if isinstance(login, Login):
            return getattr(login, ours)(*args, **kwargs)
        return theirs(*args, **kwargs)

    return asked
