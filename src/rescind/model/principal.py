"""Who acts, and whether they may act at all.

A principal is a key, not an account: the application's own id as text. Its *standing* (active, roles, tenant)
is what rescind keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from uuid import UUID

from rescind.errors import ConfigurationError

if TYPE_CHECKING:
    # The default (PEP 696) makes Rescind("...") a Rescind[str], in every face; Python knows it from 3.13 on.
    from typing_extensions import TypeVar as DefaultingTypeVar

    P = DefaultingTypeVar("P", bound=int | str | UUID, default=str)
else:
    P = TypeVar("P", bound=int | str | UUID)
"""The application's own type of principal id."""

MAX_ID_LENGTH = 255
NOBODY = ""
"""Whose a session is that has no principal yet (a visitor's of Django). No principal has this id and none has
a standing of it, so every judge refuses the session; who keeps one reads its row and ends it by its mark."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A principal's row: what decides whether it may act.

    Attributes:
        realm: the applications that accept each other's sessions.
        id: canonical text of the application's id.
        active: ``False`` refuses everything of this principal until it is set back.
        roles: sorted, without duplicates.
        tenant: the tenant it belongs to, ``None`` outside any.
        kind: ``"user"`` or ``"service"``.
        updated_at: microseconds since the epoch.
        version: counts changes, from 1.
    """

    realm: str
    id: str
    active: bool = True
    roles: tuple[str, ...] = ()
    tenant: str | None = None
    kind: str = "user"
    updated_at: int = 0
    version: int = 1


class PrincipalIds(Generic[P]):
    """Turns the application's ids into canonical text and back, once, at the edge.

    ``"42"`` and ``42`` are one principal when the type is ``int`` (asks A7, CVE-2026-82311: a clean-up that
    compared ``"42"`` with ``42`` removed nothing and said so to nobody).
    """

    def __init__(self, kind: type[P]) -> None:
        if kind not in (int, str, UUID):
            raise ConfigurationError(
                f"principal_id={kind!r}: rescind knows int, str and uuid.UUID; pass one of them"
            )
        self.kind: type[P] = kind

    def text(self, value: object, *, argument: str = "principal") -> str:
        """Canonical text: ``"7"``, lower-case UUID with dashes, or the string itself.

        Raises:
            TypeError: ``value`` is ``None``, empty, or of another type; the message names ``argument``.
        """
        if value is None or value == "":
            raise TypeError(f"{argument} is {value!r}: pass the id of one principal")
        if self.kind is int:
            return self._int_text(value, argument)
        if self.kind is UUID:
            return self._uuid_text(value, argument)
        if not isinstance(value, str):
            raise TypeError(
                f"{argument}={value!r}: ids are str here; set principal_id={type(value).__name__}"
            )
        return text_id(value, argument=argument)

    def parse(self, text: str) -> P:
        """The application's id again. ``text`` comes from the store and is canonical."""
        parsed: P = cast("type[Any]", self.kind)(text)
        return parsed

    def _int_text(self, value: object, argument: str) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return str(int(value))
        if isinstance(value, str) and value.isascii() and str(value).lstrip("-").isdigit():
            return str(int(value))
        raise TypeError(f"{argument}={value!r}: ids are int here (principal_id=int)")

    def _uuid_text(self, value: object, argument: str) -> str:
        if isinstance(value, UUID):
            return str(value)
        if isinstance(value, str):
            try:
                return str(UUID(value))
            except ValueError:
                pass
        raise TypeError(f"{argument}={value!r}: ids are UUID here (principal_id=UUID)")


def text_id(value: object, *, argument: str) -> str:
    """Accept a text id: 1 to 255 printable characters, no surrounding white space.

    Raises:
        TypeError: not a string, or empty.
        ValueError: too long, or with control characters (they would forge log lines, CVE-2021-42250).
    """
    if not isinstance(value, str) or value == "":
        raise TypeError(f"{argument} is {value!r}: pass a non-empty string")
    if len(value) > MAX_ID_LENGTH:
        raise ValueError(f"{argument} is longer than {MAX_ID_LENGTH} characters")
    if not value.isprintable() or value != value.strip():
        raise ValueError(f"{argument} has control characters or surrounding white space")
    return value
