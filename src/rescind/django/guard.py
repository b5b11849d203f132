"""``@require(...)`` and ``RequireMixin``: on top of ``login_required`` and permissions, not instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, ClassVar

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest

from rescind._duration import Duration
from rescind.config import LEASE_RANGE
from rescind.django.deciding import ASKS_US, ajudged, judged, ours_of
from rescind.django.request import Request
from rescind.errors import ConfigurationError, Refused
from rescind.model.session import Session
from rescind.web.guard import Asked, asked, if_any, judge

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

    return _guarding(partial(admit, wish=wish), partial(aadmit, wish=wish))


def optional(view: View | None = None, /) -> Callable[[View], View]:
    """For who is signed in and for nobody; ``session_of(request)`` says which. A bearer counts as with
    ``require``, and one that opens nothing is refused: its sender is a program that believes to be signed in.

    Raises:
        ConfigurationError: no parentheses.
    """
    if view is not None:
        raise ConfigurationError("write @optional() with parentheses")
    return _guarding(admit_any, aadmit_any)


def _guarding(admit: View, aadmit: View) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def aguarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                refused = await aadmit(request)
                return await view(request, *args, **kwargs) if refused is None else refused

            setattr(aguarded, ASKS_US, True)
            return aguarded

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            refused = admit(request)
            return view(request, *args, **kwargs) if refused is None else refused

        setattr(guarded, ASKS_US, True)
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
    rescind_is_asked: ClassVar[bool] = True
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
    ours, _ = ours_of(http)
    refused = _refused(ours, judged(ours, strict=wish.asked.strict), wish)
    if refused is None and wish.perms and not http.user.has_perms(wish.perms):
        refused = LACKS
    return None if refused is None else ours.refusal(refused)


async def aadmit(http: HttpRequest, wish: Wanted) -> Any:
    """The same without blocking the loop."""
    ours, _ = ours_of(http)
    refused = _refused(ours, await ajudged(ours, strict=wish.asked.strict), wish)
    if refused is None and wish.perms and not await (await http.auser()).ahas_perms(wish.perms):
        refused = LACKS
    return None if refused is None else ours.refusal(refused)


LACKS = Refused("insufficient", "lacks a permission that the view asks for")


def _refused(ours: Request, judged: Session[Any] | Refused, wish: Wanted) -> Refused | None:
    return (
        judged if isinstance(judged, Refused) else judge(ours.gate, judged, wish.asked.role, wish.asked.fresh)
    )


def admit_any(http: HttpRequest) -> Any:
    """``None`` for who may where anonymous is fine, else the answer."""
    ours, _ = ours_of(http)
    if ours.found is None:
        return None
    refused = if_any(ours, judged(ours))
    return ours.refusal(refused) if isinstance(refused, Refused) else None


async def aadmit_any(http: HttpRequest) -> Any:
    """The same without blocking the loop."""
    ours, _ = ours_of(http)
    if ours.found is None:
        return None
    refused = if_any(ours, await ajudged(ours))
    return ours.refusal(refused) if isinstance(refused, Refused) else None
