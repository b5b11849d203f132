"""What the routes need of an engine. ``rescind.Rescind`` is one; HTTP touches nothing else of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from rescind.errors import Refused
from rescind.model.session import Issued, Session, SessionSummary
from rescind.revocation.receipt import Receipt


class Sessions(Protocol):
    """The listing of ``Engine.sessions``."""

    def list(self, principal_id: Any, /) -> Sequence[SessionSummary]:
        """The live sessions of a principal, without any secret."""
        ...


class Engine(Protocol):
    """A synchronous engine. Every method may raise ``StoreUnavailable``."""

    @property
    def sessions(self) -> Sessions: ...

    def check(self, token: str) -> Session[Any] | Refused:
        """Judge a token. A refusal is returned, not raised."""
        ...

    def sign_in(self, login: str, password: str) -> Issued[Any]:
        """Raises ``Refused``, the same for every cause, or ``Overloaded``."""
        ...

    def sign_out(self, token: str) -> Receipt:
        """End the session of a token; nothing to end is no error."""
        ...

    def step_up(self, session_id: str, password: str) -> Issued[Any]:
        """Replace a session by a fresh one; raises ``Refused("step_up")`` if the password is not proved."""
        ...

    def revoke(
        self,
        *,
        session: str = ...,
        principal: Any = ...,
        keep: str | None = ...,
        reason: str,
        by: str | None = ...,
        wait: bool = ...,
    ) -> Receipt:
        """As ``Rescind.revoke``, with exactly one of ``session`` and ``principal``."""
        ...
