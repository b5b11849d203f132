"""Django REST Framework: who is signed in, by the session cookie or by a bearer token.

.. code-block:: python

    REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": [
        "rescind.django.drf.SessionAuthentication", "rescind.django.drf.BearerAuthentication"]}

Both set ``request.auth`` to the ``rescind.Session``.
"""

from __future__ import annotations

from typing import Any

from rest_framework import authentication, exceptions

from rescind.django.access import session_of
from rescind.django.deciding import let_decide
from rescind.django.making import made
from rescind.django.request import Request, request_of
from rescind.django.users import user_of
from rescind.errors import Refused
from rescind.model.session import Session
from rescind.web.call import resolve

CHALLENGE = "Bearer"


class Unavailable(exceptions.APIException):
    """Access cannot be checked right now."""

    status_code = 503
    default_detail = "Access cannot be checked right now. Try again."
    default_code = "unavailable"
    wait = 1
    """Seconds; DRF says it in ``Retry-After``."""


class SessionAuthentication(authentication.SessionAuthentication):
    """The session cookie, with Django's rule against forged requests; 401 and not 403 for nobody."""

    def authenticate(self, request: Any) -> tuple[Any, Session[Any]] | None:
        """The user and their session; ``None`` for nobody, and where a bearer decides."""
        if _is_bearers(request) and any(
            isinstance(one, BearerAuthentication) for one in request.authenticators
        ):
            return None
        found = super().authenticate(request)
        session = None if found is None else session_of(request._request)
        return None if found is None or session is None else (found[0], session)

    def authenticate_header(self, request: Any) -> str:
        """What a 401 asks for."""
        return CHALLENGE


class BearerAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer rsc_s_...``: a token of ``engine().sessions.start(user.pk)``.

    Browsers never add one by themselves, so no rule against forged requests is needed. Beside a cookie it
    decides, wherever it stands in the list: ``request.session`` is its own.
    """

    def authenticate(self, request: Any) -> tuple[Any, Session[Any]] | None:
        """The user and their session; ``None`` without the header.

        Raises:
            AuthenticationFailed: the token opens nothing, its user may not sign in, or the cookie beside it
                is a live session of somebody else.
            Unavailable: the authority could not be asked.
        """
        if not _is_bearers(request):
            return None
        ours = request_of(request) or Request(made().gate, request._request)
        if ours.store is not None:
            let_decide(ours)
        judged = resolve(made().engine.check, ours.found)
        if isinstance(judged, Refused):
            if judged.unanswered:
                raise Unavailable
            raise exceptions.AuthenticationFailed("Sign in to continue.", code="sign_in")
        user = user_of(judged)
        if user is None:
            raise exceptions.AuthenticationFailed("Sign in to continue.", code="sign_in")
        return user, judged

    def authenticate_header(self, request: Any) -> str:
        """What a 401 asks for."""
        return CHALLENGE


def _is_bearers(request: Any) -> bool:
    """Whether there is a header that decides, whatever is in it."""
    return bool(request.META.get("HTTP_AUTHORIZATION"))
