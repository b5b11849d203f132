"""What a project calls: who is signed in, from where, and the end of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest

from rescind.django.making import away, made
from rescind.django.request import request_of
from rescind.django.sessions import SessionStore
from rescind.django.transactions import joinable
from rescind.django.users import principal_of
from rescind.errors import ConfigurationError
from rescind.model.session import Session, SessionSummary
from rescind.orders import MISSING
from rescind.revocation.receipt import Receipt


def session_of(request: HttpRequest) -> Session[Any] | None:
    """The session of a request, ``None`` for nobody. Judged once in a request, from memory where it may.

    In an asynchronous view after ``await request.auser()`` or ``@require()``, which judge it.

    Raises:
        ConfigurationError: the session engine is another one.
        StoreUnavailable: the authority could not be asked.
    """
    store = getattr(request, "session", None)
    if not isinstance(store, SessionStore):
        raise ConfigurationError('session_of(request): set SESSION_ENGINE = "rescind.django.sessions"')
    return store.session


def sessions_of(user: Any, *, current: HttpRequest | None = None) -> list[SessionSummary[Any]]:
    """The live sessions of a user, for a page that lists devices.

    Args:
        user: an instance of ``AUTH_USER_MODEL``.
        current: the request that asks; its session is marked.
    """
    session = None if current is None else session_of(current)
    return made().engine.sessions.list(principal_of(user), current=session)


def revoke(
    *,
    user: Any = MISSING,
    session: Any = MISSING,
    reason: str,
    by: HttpRequest | str | None = None,
    keep: HttpRequest | Session[Any] | str | None = None,
    **further: Any,
) -> Receipt:
    """End access. When the receipt is ``final``, no worker of any framework accepts what was ended on any
    request that starts from now on.

    Inside ``atomic()`` it becomes part of the transaction: the receipt is ``pending`` until that commits, and
    final before the answer of the request leaves; a rollback leaves nothing of it.

    Args:
        user: an instance of ``AUTH_USER_MODEL``: all of their sessions.
        session: one session, by its public id or as ``session_of`` gives it.
        reason: why; required.
        by: who: the request of an administrator, or text; by default the session of the running request.
        keep: a session of the user that goes on: the request that it is of, the session, or its public id.
        further: as ``rescind.Rescind.revoke``: ``what``, ``id``, ``wait``, and the other selectors
            (``credential``, ``client``, ``tenant``, ``everything`` with ``confirm``).

    Raises:
        TypeError, ConfigurationError: arguments that do not fit; nothing was ended.
        NotFound: ``keep`` is no live session of that user; nothing was ended.
        StoreUnavailable: nothing was ended.
        UseAio: on an event loop: ``await arevoke(...)``.
    """
    given = _given(user, session, by, keep, further)
    given.setdefault("connection", joinable(made().settings.using))
    return made().engine.revoke(reason=reason, **given)


async def arevoke(
    *,
    user: Any = MISSING,
    session: Any = MISSING,
    reason: str,
    by: HttpRequest | str | None = None,
    keep: HttpRequest | Session[Any] | str | None = None,
    **further: Any,
) -> Receipt:
    """``revoke`` for asynchronous views; arguments as there. Joins no transaction: Django has none there."""
    current = made()
    if current.testing:
        work = partial(revoke, user=user, session=session, reason=reason, by=by, keep=keep, **further)
        return await away(work)
    return await current.engine.aio.revoke(reason=reason, **_given(user, session, by, keep, further))


def _given(user: Any, session: Any, by: Any, keep: Any, further: dict[str, Any]) -> dict[str, Any]:
    given = dict(further)
    if user is not MISSING:
        given["principal"] = principal_of(user)
    if session is not MISSING:
        given["session"] = session
    if by is not None:
        given["by"] = _initiator(by) if isinstance(by, HttpRequest) else by
    if keep is not None:
        given["keep"] = session_of(keep) if isinstance(keep, HttpRequest) else keep
    return given


def _initiator(request: HttpRequest) -> str:
    ours = request_of(request)
    if ours is not None and ours.initiator != "system":
        return ours.initiator
    session = session_of(request)
    return "system" if session is None else f"session:{session.id}"
