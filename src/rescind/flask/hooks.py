"""What ``init_app`` hangs into an application."""

from __future__ import annotations

import logging
from typing import Any
from weakref import WeakSet

from flask import Flask, Response
from flask import request as flask_request
from werkzeug.exceptions import MethodNotAllowed

from rescind.errors import ConfigurationError
from rescind.flask.current import current_session
from rescind.flask.data import ServerSessions
from rescind.flask.installed import LOGIN, Installed
from rescind.flask.refused import HANDLED, answer_refused, as_response, refusal
from rescind.flask.routes import ENDPOINT, make_blueprint, make_jwks
from rescind.transport.cookie import dev_refusal
from rescind.web.jwks import PATH
from rescind.wsgi.middleware import Middleware
from rescind.wsgi.servers import without_threads

logger = logging.getLogger("rescind.flask")

UNKNOWN_LOGIN = (
    "the application %r has Flask-Login, whose current_user knows nothing of our sessions: "
    "pass auth.init_app(app, login_manager=login_manager)"
)
GUARDED: WeakSet[Any] = WeakSet()
"""Views that a guard was put around."""
FLASK_WTF = "csrf"
"""Where Flask-WTF's ``CSRFProtect`` is in ``app.extensions``."""


def hook_in(app: Flask, installed: Installed, prefix: str) -> None:
    """Register everything. Does no I/O."""
    settings = installed.gate.settings
    app.wsgi_app = Middleware(app.wsgi_app, installed.gate)  # type: ignore[method-assign]
    # A method, not an object to be called: before each call Flask asks whether it is a coroutine function.
    before = Before(app, installed, prefix).look
    app.before_request_funcs.setdefault(None, []).insert(0, before)
    if installed.settings.data == "server":
        app.session_interface = ServerSessions(installed)
    for error in HANDLED:
        app.register_error_handler(error, answer_refused)
    app.register_blueprint(make_blueprint(installed), url_prefix=prefix or None)
    if settings.refreshes:
        app.add_url_rule(PATH, f"{ENDPOINT}_jwks", make_jwks(installed))
    app.context_processor(lambda: {"current_session": current_session})
    if settings.cookie.is_dev:
        logger.warning('cookie="dev": the cookie has no Secure flag; for development only')
    said = without_threads()
    if said is not None:
        logger.warning(said)


class Before:
    """Looks at each request before the application does."""

    def __init__(self, app: Flask, installed: Installed, prefix: str) -> None:
        self._app = app
        self._installed = installed
        self._prefix = prefix
        self._in_order: set[str] = set()
        self._is_dev = installed.gate.settings.cookie.is_dev

    def look(self) -> Response | None:
        # Each attribute of Flask's proxies is looked up anew: the request itself is asked.
        http = flask_request._get_current_object()  # type: ignore[attr-defined]
        installed, endpoint = self._installed, http.endpoint
        if self._is_dev:
            settings = installed.gate.settings
            scheme = installed.request().facts.scheme
            mend = dev_refusal(settings.cookie, production=settings.production, scheme=scheme)
            if mend is not None:
                raise ConfigurationError(mend)
        if endpoint is not None and endpoint not in self._in_order:
            self._look_at_login()
            self._look_at_order(endpoint)
        if FLASK_WTF not in self._app.extensions:
            # With Flask-WTF in charge the rule is asked when the session is: by then it has had its say.
            request = installed.request_in(http.environ)
            foreign = request.foreign()
            if foreign is not None:
                raise refusal(foreign, request) from foreign
        return self._refuse_method() if http.routing_exception is not None else None

    def _refuse_method(self) -> Response | None:
        """405 at a path of ours as every face says it. The answer to a path of the application is its own."""
        path, prefix = flask_request.path, self._prefix
        if not isinstance(flask_request.routing_exception, MethodNotAllowed) or not path.startswith(
            f"{prefix}/"
        ):
            return None
        answer = self._installed.gate.surface.refuse_method(
            self._installed.request().facts, path[len(prefix) :]
        )
        return None if answer is None else as_response(answer)

    def _look_at_login(self) -> None:
        """Said with the first request: Flask-Login may be hung in after us."""
        if not self._in_order and hasattr(self._app, "login_manager") and LOGIN not in self._app.extensions:
            logger.warning(UNKNOWN_LOGIN, self._app.name)

    def _look_at_order(self, endpoint: str) -> None:
        """A guard above the route's decorator guards nothing: the route has the view without it.

        Raises:
            ConfigurationError: so it is here.
        """
        view: Any = self._app.view_functions.get(endpoint)
        if view is not None and view in GUARDED:
            raise ConfigurationError(
                f"the view of {endpoint!r} runs without its guard: @auth.require() belongs below the "
                "decorator of the route, right above def"
            )
        self._in_order.add(endpoint)
