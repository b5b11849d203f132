"""A log that went backwards: a failover or a restore lost numbers that this process has seen.

Nobody can tell what else is missing, so nothing that it issued is believed: a new log begins. A worker that
renews, a check and a barrier may each be the first to notice; of many one begins it.
"""

from __future__ import annotations

from rescind.model.revocation import Head
from rescind.stores.base import Store

WENT_BACKWARDS = "the log went backwards"


def begin_anew(store: Store, head: Head, *, seen: int, at: int) -> Head:
    """The head that holds now, whoever began it.

    Args:
        head: of the log that is not believed any more.
        seen: the highest number that was seen of it.
        at: microseconds since the epoch.

    Raises:
        StoreUnavailable: it was not begun.
    """
    return store.new_birth(
        expected=head.birth, at_least=seen, reason=WENT_BACKWARDS, initiator="system", at=at
    )
