"""What checks have said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def ids(found: Sequence[Any]) -> list[str]:
    return [message.id for message in found]


def only(found: Sequence[Any], id_: str) -> Any:
    """The one message, which has to have this id, and a mend."""
    (message,) = found
    assert message.id == id_, message
    assert message.hint
    return message
