"""A server that took over may lack what was revoked last, and it does not know.

Whoever was told of it does: a worker that has applied more than the log of the new server holds begins a new
log when it looks, and every worker in use looks within a lease. So on a server that nobody has watched for a
term nobody is let in, until a term has passed. Each new connection is asked which server it leads to, because
connections do not outlive a failover.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from rescind.errors import StoreUnwatched

logger = logging.getLogger("rescind.store")

LEAST = 1.0
"""Seconds that are waited at least: the usual lease."""


class Takeover:
    """What this process knows of the servers that it has met.

    Args:
        now: seconds on the lease clock.
        lease: of this process, seconds. Whoever knows of an end may have it too, and a row that was lost.
    """

    def __init__(self, now: Callable[[], float], lease: float) -> None:
        self._now = now
        self._least = max(LEAST, lease)
        self._server: object = None
        self._until: float | None = None

    @property
    def unwatched(self) -> bool:
        """Whether nobody may be let in by what the server says."""
        until = self._until
        if until is None:
            return False
        if self._now() < until:
            return True
        self._until = None
        return False

    def require(self) -> None:
        """After a read that somebody could be let in by, so that the connection it took has been greeted.

        Raises:
            StoreUnwatched: what was read is not to be believed yet.
        """
        if self.unwatched:
            raise StoreUnwatched

    def greeted(self, server: object, *, settled: bool, term: float, place: str) -> None:
        """A new connection leads to this server.

        Args:
            server: which cluster, timeline, database and table.
            settled: somebody has watched it for a term.
            term: the longest of the workers that its registry knows of, seconds.
        """
        if settled:
            self._server, self._until = server, None
        elif server != self._server:
            term = max(term, self._least)
            self._server, self._until = server, self._now() + term
            logger.warning(
                "%s: nobody has watched this server for a term (failover, restore), so it may lack what was "
                "revoked last: nobody is let in for %.1f s, unless somebody has",
                place,
                term,
            )
