"""Which credential decides in a request of Django (``rescind.transport.credential`` has the rule).

It holds for who asks through us: ``@require()``, ``@optional()`` and our own routes. To everything else the
cookie decides, as ever.

Where a bearer decides, ``request.session`` is the session of the bearer, and ``request.user`` its user.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from rescind.django.lazy_user import let_facts_answer
from rescind.django.making import made
from rescind.django.request import Request, request_of
from rescind.django.sessions import SessionStore
from rescind.errors import ConfigurationError, Refused
from rescind.model.session import Session
from rescind.transport.bearer import Malformed
from rescind.transport.credential import Presented
from rescind.web.call import resolve

NOBODY = Refused("missing", "no session was presented")
ASKS_US = "rescind_is_asked"
"""The attribute of a view, or of the class that it is made from, that we guard."""
CACHED = ("_cached_user", "_acached_user")
"""Where Django keeps the user of a request, once somebody has asked."""


def ours_of(http: HttpRequest) -> tuple[Request, SessionStore]:
    """What we know of a request, and its session.

    Raises:
        ConfigurationError: the session engine is another one.
    """
    ours = request_of(http) or Request(made().gate, http)
    store = ours.store
    if store is None:
        raise ConfigurationError(
            'request.session is not rescind\'s: set SESSION_ENGINE = "rescind.django.sessions" and have a '
            "SessionMiddleware"
        )
    return ours, store


def asks_us(view: Any) -> bool:
    """Whether a view, as Django has resolved it, has a guard of ours around it."""
    return getattr(view, ASKS_US, False) or getattr(getattr(view, "view_class", None), ASKS_US, False)


def let_decide(ours: Request) -> SessionStore:
    """Have the credential that decides be that of ``request.session`` and ``request.user``. Judges nothing.

    The cookie beside a bearer is left as it is, and what the request writes is not written there.
    """
    http, store = ours.http, ours.http.session
    found = ours.found
    if not isinstance(found, Presented) or found.source != "bearer" or store.of_bearer:
        return store  # type: ignore[no-any-return]
    http.session = SessionStore.of_token(found.token, store)
    for name in CACHED:
        http.__dict__.pop(name, None)
    if ours.asked is not None:
        let_facts_answer(ours, ours.asked.again())
    if hasattr(http, "user"):
        http.user = SimpleLazyObject(partial(_user_of, http))
    return http.session  # type: ignore[no-any-return]


def judged(ours: Request, *, strict: bool = False) -> Session[Any] | Refused:
    """Who sends the request: a session whose user may sign in, or why not.

    Args:
        strict: read the authority now.

    Raises:
        StoreUnavailable: it could not be asked.
    """
    found, store = ours.found, let_decide(ours)
    if isinstance(found, Malformed):
        return Refused("malformed", found.why)
    said = store.session or store.refused or NOBODY
    engine = ours.gate.engine
    if isinstance(said, Session) and strict:
        said = engine.check(store.session_key, strict=True)
    if isinstance(said, Session) and _beside(ours) is not None:
        read = {ours.token: said, _beside(ours): engine.check(_beside(ours))}
        said = resolve(read.__getitem__, found)
    return _of_user(said, ours.http.user) if isinstance(said, Session) else said


async def ajudged(ours: Request, *, strict: bool = False) -> Session[Any] | Refused:
    """The same without blocking the loop."""
    found, store = ours.found, let_decide(ours)
    if isinstance(found, Malformed):
        return Refused("malformed", found.why)
    await store.afind()
    said = store.session or store.refused or NOBODY
    aio = ours.gate.engine.aio
    if isinstance(said, Session) and strict:
        said = await aio.check(store.session_key, strict=True)
    if isinstance(said, Session) and _beside(ours) is not None:
        read = {ours.token: said, _beside(ours): await aio.check(_beside(ours))}
        said = resolve(read.__getitem__, found)
    if not isinstance(said, Session) or (ours.asked is not None and ours.asked.would_know()):
        return said
    return _of_user(said, await ours.http.auser())


def _user_of(http: HttpRequest) -> Any:
    from django.contrib.auth.middleware import get_user  # once applications are ready

    return get_user(http)


def _beside(ours: Request) -> str | None:
    """The cookie that is there too and does not decide."""
    found = ours.found
    return found.other if isinstance(found, Presented) else None


def _of_user(session: Session[Any], user: Any) -> Session[Any] | Refused:
    if user.is_authenticated:
        return session
    return Refused("revoked", "its user may not sign in, or has another password")
