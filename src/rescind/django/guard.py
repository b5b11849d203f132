"""``@require(...)`` and ``RequireMixin``: on top of ``login_required`` and permissions, not instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest

from rescind._duration import Duration
from rescind.config import LEASE_RANGE
from rescind.django.making import made
from rescind.django.request import Request, request_of
from rescind.django.sessions import SessionStore
from rescind.errors import ConfigurationError, Refused
from rescind.model.session import Session
from rescind.web.guard import Asked, asked, judge

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a view asks.

    Attributes:
        asked: of the session.
        perms: permissions of Django, all of them.
    """

    asked: Asked
    perms: tuple[str, ...]


def wanted(
    role: str | None, perm: str | Iterable[str] | None, fresh: Duration | None, *, strict: bool
) -> Wanted:
    """Read the arguments of ``require``, so that a typo fails at start.

    Raises:
        ConfigurationError: an argument that cannot work.
    """
    perms = () if perm is None else (perm,) if isinstance(perm, str) else tuple(perm)
    for one in perms:
        if not isinstance(one, str) or "." not in one:
            raise ConfigurationError(f'perm={one!r}: write it as Django does, "app.codename"')
    return Wanted(asked(role, fresh, "immediate", strict=strict, lease=LEASE_RANGE[0]), perms)


def require(
    view: View | None = None,
    /,
    *,
    role: str | None = None,
    perm: str | Iterable[str] | None = None,
    fresh: Duration | None = None,
    strict: bool = False,
) -> Callable[[View], View]:
    """Only for who is signed in; synchronous and asynchronous views alike.

    Refused: a person is sent to ``LOGIN_URL``, everything else gets ``application/problem+json``.

    Args:
        role: a role that the session must have, else 403 ``forbidden``.
        perm: a permission of Django (``"app.codename"``), or several, else 403 ``forbidden``.
        fresh: how long ago the user may have proved who they are, else 401 ``step_up``.
        strict: read the authority for this request. Not needed for the promise.

    Raises:
        ConfigurationError: an argument that cannot work, or no parentheses.
    """
    if view is not None:
        raise ConfigurationError("write @require() with parentheses")
    wish = wanted(role, perm, fresh, strict=strict)

    def decorate(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def aguarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                refused = await aadmit(request, wish)
                return await view(request, *args, **kwargs) if refused is None else refused

            return aguarded

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            refused = admit(request, wish)
            return view(request, *args, **kwargs) if refused is None else refused

        return guarded

    return decorate


class RequireMixin:
    """``require`` for class-based views; put it first.

    Attributes:
        require_role, require_perm, require_fresh, require_strict: as the arguments of ``require``.
    """

    require_role: ClassVar[str | None] = None
    require_perm: ClassVar[str | Iterable[str] | None] = None
    require_fresh: ClassVar[Duration | None] = None
    require_strict: ClassVar[bool] = False
    _wish: ClassVar[Wanted]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._wish = wanted(cls.require_role, cls.require_perm, cls.require_fresh, strict=cls.require_strict)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Admit, then go on."""
        further: Any = super()
        if getattr(self, "view_is_async", False):
            return self._adispatch(further.dispatch, request, *args, **kwargs)
        refused = admit(request, self._wish)
        return further.dispatch(request, *args, **kwargs) if refused is None else refused

    async def _adispatch(self, dispatch: View, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        refused = await aadmit(request, self._wish)
        return await dispatch(request, *args, **kwargs) if refused is None else refused


def admit(http: HttpRequest, wish: Wanted) -> Any:
    """``None`` for who may, else the answer."""
    ours, store = _of(http)
    judged: Session[Any] | Refused = store.session or store.refused or NOBODY
    if isinstance(judged, Session) and wish.asked.strict:
        judged = ours.gate.engine.check(store.session_key, strict=True)
    user: Any = http.user if isinstance(judged, Session) else None
    refused = _judged(ours, judged, wish, user)
    if refused is None and wish.perms and not user.has_perms(wish.perms):
        refused = LACKS
    return None if refused is None else ours.refusal(refused)


async def aadmit(http: HttpRequest, wish: Wanted) -> Any:
    """The same without blocking the loop."""
    ours, store = _of(http)
    await store.afind()
    judged: Session[Any] | Refused = store.session or store.refused or NOBODY
    if isinstance(judged, Session) and wish.asked.strict:
        judged = await ours.gate.engine.aio.check(store.session_key, strict=True)
    user: Any = await http.auser() if isinstance(judged, Session) else None
    refused = _judged(ours, judged, wish, user)
    if refused is None and wish.perms and not await user.ahas_perms(wish.perms):
        refused = LACKS
    return None if refused is None else ours.refusal(refused)


NOBODY = Refused("missing", "no session was presented")
LACKS = Refused("insufficient", "lacks a permission that the view asks for")


def _judged(ours: Request, judged: Session[Any] | Refused, wish: Wanted, user: Any) -> Refused | None:
    if isinstance(judged, Refused):
        return judged
    if not user.is_authenticated:
        return Refused("revoked", "its user may not sign in, or has another password")
    return judge(ours.gate, judged, wish.asked.role, wish.asked.fresh)


def _of(http: HttpRequest) -> tuple[Request, SessionStore]:
    ours = request_of(http) or Request(made().gate, http)
    store = ours.store
    if store is None:
        raise ConfigurationError(
            'request.session is not rescind\'s: set SESSION_ENGINE = "rescind.django.sessions" and have a '
            "SessionMiddleware"
        )
    return ours, store
