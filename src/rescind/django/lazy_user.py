"""``request.user`` where ``RESCIND = {"user": "facts"}``: who it is without a query, all else by the row.

Django keeps the user of a request in ``_cached_user`` once it has read them, and asks there first: that is
where the middleware puts this one. Whatever sets ``request.user`` itself stays in force, and so does Django's
own way to the row, should the name ever be another.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.auth import SESSION_KEY, get_user
from django.http import HttpRequest

from rescind.django.facts import UserFacts
from rescind.django.users import backend_of, user_of
from rescind.errors import Refused
from rescind.model.session import Session
from rescind.revocation.view import View

CACHED = "_cached_user"
"""Where Django looks for the user of a request; see ``django.contrib.auth.middleware.get_user``."""
UNASKED: Any = object()
OF_EVERY_OBJECT = frozenset(dir(object)) - {"__eq__", "__hash__", "__str__", "__ne__"}


class Asking:
    """How the user of one request is asked for.

    Args:
        view: the log as it was when the request began; by default as it is now.

    Attributes:
        withdrawn: why the request may not go on: facts said who it is, and the row says that they may not
            sign in any more.
    """

    withdrawn: Refused | None = None
    _session: Session[Any] | None = UNASKED
    _user: Any = None
    _who = ""

    def __init__(self, facts: UserFacts, request: HttpRequest, view: View | None = None) -> None:
        self._facts = facts
        self._request = request
        self._view = view or facts.view

    def again(self) -> Asking:
        """For the same request, where another credential decides now who its user is."""
        return Asking(self._facts, self._request, self._view)

    @property
    def model(self) -> Any:
        """Of the user, whoever it is."""
        return self._facts.model

    def knows(self) -> bool:
        """Whether facts say who it is, and nothing but facts was asked for. Asks memory, or else the row."""
        if self._session is UNASKED and not self.would_know():
            self._judge()
        return self._user is None

    def would_know(self) -> bool:
        """The same, without asking the row."""
        if self._session is not UNASKED:
            return self._session is not None
        store = self._request.session
        session = store.session
        if session is None:
            return False
        self._who = str(session.principal_id)
        if hasattr(store, "_session_cache") and self._who != store.get(SESSION_KEY):
            return False  # somebody else signs in within this very request
        if not self._facts.know(session.id, self._who, backend_of(session)):
            return False
        self._session = session
        return True

    def _judge(self) -> None:
        """Read the row and judge it as Django does, and remember the verdict."""
        store = self._request.session
        session = store.session
        stand = session is not None and self._facts.stand()
        self._user = get_user(self._request)
        self._session = None
        if stand and session is not None and self._user.is_authenticated and store.session is session:
            self._facts.learn(session.id, self._user, backend_of(session), self._view)

    def ask(self, name: str) -> Any:
        """An attribute of the user."""
        facts = self._facts
        if name in facts.names and self.knows():
            return facts.fact(name, self._who)
        return getattr(self.user(), name)

    def user(self) -> Any:
        """The user, from the row.

        Raises:
            Refused: facts have said who it is, and they may not sign in any more.
        """
        if self.knows():
            self._user = user_of(self._session)  # type: ignore[arg-type]
            if self._user is None:
                self.withdrawn = self.withdrawn or Refused(
                    "revoked", "its user may not sign in any more, or has another password"
                )
                raise self.withdrawn
        return self._user


class LazyUser:
    """A user of ``AUTH_USER_MODEL``, or ``AnonymousUser``.

    Django's own ``SimpleLazyObject`` stands before it in ``request.user``, so it need not be one too.
    """

    __slots__ = ("_rescind_asking",)
    _rescind_asking: Asking

    def __getattr__(self, name: str) -> Any:
        return self._rescind_asking.ask(name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._rescind_asking.user(), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._rescind_asking.user(), name)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        asking = self._rescind_asking
        return asking.model if asking.knows() else asking.user().__class__

    def __repr__(self) -> str:
        return "<LazyUser>"

    def __dir__(self) -> Any:
        return dir(self._rescind_asking.user())

    def __copy__(self) -> Any:
        return copy.copy(self._rescind_asking.user())

    def __deepcopy__(self, memo: Any) -> Any:
        return copy.deepcopy(self._rescind_asking.user(), memo)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return itself, (self._rescind_asking.user(),)


def itself(user: Any) -> Any:
    """What is left of a lazy user in a pickle: the user."""
    return user


def let_facts_answer(ours: Any, asking: Asking) -> None:
    """Have the user of a request be asked for like this.

    Args:
        ours: the ``Request``.
    """
    user: Any = object.__new__(kind_of(asking.model))
    put(user, asking)
    ours.asked = asking
    setattr(ours.http, CACHED, user)


put = LazyUser.__dict__["_rescind_asking"].__set__


@cache
def kind_of(model: Any) -> type[LazyUser]:
    """With the special methods that users of this model have, and no others: what a user cannot do is refused
    without reading the row (templates try ``user["is_authenticated"]`` first)."""
    from django.contrib.auth.models import AnonymousUser

    special = {
        name
        for kind in (model, AnonymousUser)
        for base in kind.__mro__[:-1]
        for name in vars(base)
        if name.startswith("__") and name.endswith("__") and callable(getattr(base, name))
    }
    mine = {name: _forwarded(name) for name in special - OF_EVERY_OBJECT - set(vars(LazyUser))}
    if not {"__bool__", "__len__"} & special:
        mine["__bool__"] = _is_there
    return type("LazyUser", (LazyUser,), {"__slots__": (), **mine})


def _is_there(self: LazyUser) -> bool:
    """Somebody or nobody, both are true; but it was asked who it is."""
    self._rescind_asking.knows()
    return True


def _forwarded(name: str) -> Callable[..., Any]:
    def special(self: LazyUser, *given: Any) -> Any:
        user = self._rescind_asking.user()
        found = getattr(type(user), name, None)
        if found is None:
            raise TypeError(f"{type(user).__name__} has no {name}")
        return found(user, *given)

    return special
