"""What the routes need of an engine. ``rescind.Rescind`` is one; HTTP touches nothing else of it."""

from __future__ import annotations

import builtins
from typing import Any, Protocol, overload

from rescind.errors import Refused
from rescind.model.session import Issued, Session, SessionSummary
from rescind.revocation.receipt import Receipt


class Sessions(Protocol):
    """``Engine.sessions``."""

    def list(
        self, principal: Any, *, limit: int = ..., after: str | None = ...
    ) -> builtins.list[SessionSummary[Any]]:
        """Live sessions of a principal without any secret, ordered by id, at most ``limit``."""
        ...

    def refresh(self, refresh_token: str | None) -> Issued[Any]:
        """Exchange a refresh token; raises ``Refused``."""
        ...

    def step_up(self, session: Session[Any], password: str) -> Issued[Any]:
        """Replace a session by a fresh one; raises ``Refused("step_up")`` if the password is not proved."""
        ...


class Engine(Protocol):
    """A synchronous engine. Whatever uses the store may raise ``StoreUnavailable``."""

    @property
    def sessions(self) -> Sessions: ...

    def check(self, token: str | None) -> Session[Any] | Refused:
        """Judge a token. A refusal is returned, not raised."""
        ...

    def sign_in(
        self,
        login: str,
        password: str,
        *,
        label: str | None = ...,
        replaces: str | tuple[str, ...] | None = ...,
    ) -> Issued[Any]:
        """Raises ``Refused``, the same for every cause, or ``Overloaded``.

        Args:
            replaces: the tokens that the browser carried until now: the live session of the first that names
                one ends in the same transaction. ``None``: the client is none, and keeps its token itself.
        """
        ...

    def sign_out(self, token: str | None) -> Receipt:
        """End the session of a token; nothing to end is no error."""
        ...

    @overload
    def revoke(self, *, session: str, reason: str, by: str | None = ...) -> Receipt: ...

    @overload
    def revoke(
        self, *, principal: Any, reason: str, keep: str | None = ..., by: str | None = ...
    ) -> Receipt: ...
