"""``current_session``, and how it is judged: once in a request, by whoever asks first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import has_request_context
from werkzeug.local import LocalProxy

from rescind.errors import Refused
from rescind.flask.installed import Installed, current
from rescind.flask.refused import refusal
from rescind.model.session import Session
from rescind.web.guard import Asked, if_any, judge, while_away
from rescind.wsgi.request import Request

OUTSIDE = "current_session is the session of a request, and none runs here"


def admit(installed: Installed, asked: Asked) -> Session[Any]:
    """The session of the request, for a route that asks for one.

    Raises:
        HTTPRefused: there is none, or it may not.
    """
    request = installed.request()
    judged = _judged(installed, request, strict=asked.strict)
    if isinstance(judged, Refused) or request.age is not None:
        judged = while_away(request, judged, asked.within)
    if not isinstance(judged, Refused) and (asked.role is not None or asked.fresh is not None):
        judged = judge(installed.gate, judged, asked.role, asked.fresh) or judged
    if isinstance(judged, Refused):
        raise refusal(judged, request) from judged
    request.admitted = judged
    return judged


def admit_any(installed: Installed) -> Session[Any] | None:
    """The same where anonymous is fine.

    Raises:
        HTTPRefused: as ``rescind.web.guard.if_any`` says.
    """
    request = installed.request()
    if request.admitted is not None or request.refused:
        return request.admitted  # the page that says no asks who is there, too
    if request.found is None:
        return None
    judged = if_any(request, _judged(installed, request))
    if isinstance(judged, Refused):
        raise refusal(judged, request) from judged
    return judged


def _judged(installed: Installed, request: Request, *, strict: bool = False) -> Session[Any] | Refused:
    foreign = installed.foreign(request)
    if foreign is not None:
        raise refusal(foreign, request) from foreign
    return request.check_strictly() if strict else request.check()


def _find() -> Session[Any] | None:
    if not has_request_context():
        raise RuntimeError(OUTSIDE)
    return admit_any(current())


if TYPE_CHECKING:

    class CurrentSession(Session[Any]):
        """A session that may be nobody's."""

        def __bool__(self) -> bool: ...


current_session: CurrentSession = LocalProxy(_find, unbound_message=OUTSIDE)  # type: ignore[assignment]
"""The session of the request that runs; ``None``, and so false, for nobody."""
