"""The audit trail: a stream per realm, the newest ``TRAIL_LENGTH`` events, read from its end."""

from __future__ import annotations

from collections.abc import Iterator

from rescind.model.audit_event import AuditEvent
from rescind.stores.redis import codec, keys
from rescind.stores.redis.connections import Wire

PAGE = 500
REMEMBERED = 1000


class Trails:
    """Remembers where the events that it handed out stand, so that the next page begins there at once.

    What is not remembered (another process handed it out) is looked for from the end.
    """

    def __init__(self) -> None:
        self._places: dict[str, bytes] = {}

    def read(
        self, wire: Wire, realm: str, subject: str | None, limit: int, before: str | None
    ) -> list[AuditEvent]:
        """Newest first; see ``Store.audit_events``."""
        at = b"+" if before is None else self._place_of(wire, realm, before)
        found: list[AuditEvent] = []
        if at is None:
            return found
        for place, event in _backwards(wire, realm, at):
            if subject is None or event.subject == subject:
                found.append(event)
                self._remember(event.id, place)
                if len(found) == limit:
                    break
        return found

    def _place_of(self, wire: Wire, realm: str, event_id: str) -> bytes | None:
        place = self._places.get(event_id)
        if place is None:
            place = next((at for at, event in _backwards(wire, realm, b"+") if event.id == event_id), None)
        return None if place is None else b"(" + place

    def _remember(self, event_id: str, place: bytes) -> None:
        if len(self._places) >= REMEMBERED:
            self._places.clear()
        self._places[event_id] = place


def _backwards(wire: Wire, realm: str, at: bytes) -> Iterator[tuple[bytes, AuditEvent]]:
    while True:
        page = wire.call("XREVRANGE", keys.trail(realm), at, "-", "COUNT", PAGE)
        for place, (_, value) in page:
            yield place, codec.decode_event(value)
        if len(page) < PAGE:
            return
        at = b"(" + page[-1][0]
