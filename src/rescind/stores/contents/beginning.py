"""Whether the contents in Redis are those that the log knows of; if not, new ones begin.

A marker that is missing, or of other contents, means a flush, a new server, or a server that went backwards
behind a flush. What was there before has been refused since, and must stay so if it comes back: so the log
says that it is over, durably, and then the marker is written. Killed in between, whoever looks next finds
the marker wrong and does the same again.
"""

from __future__ import annotations

import logging

from rescind._clock import SECOND, Clock, SystemClock
from rescind._tokens import new_id
from rescind.errors import ConfigurationError, Conflict, StoreUnavailable
from rescind.model.audit_event import AuditEvent
from rescind.model.revocation import Head, Kind, LogEntry, Scope, What
from rescind.stores.base import UnitOfWork
from rescind.stores.births import LOG_REALM
from rescind.stores.contents.births import birth_of_contents
from rescind.stores.contents.delegating import Log
from rescind.stores.contents.place import Marker, Place
from rescind.stores.sqlalchemy import rows
from rescind.stores.sqlalchemy.contents import BEGAN, CONTENTS, Many, began_id

logger = logging.getLogger("rescind.redis")

ATTEMPTS = 16
WAIT, PAUSE = 0.25, 0.02
"""Seconds that another process is given to write the marker, at first, and between two looks at it."""
JUST = 2 * SECOND
PAGE = 100
LOOK_AGAIN, AFTER_AN_OUTAGE = 0.1, 1.0
"""Seconds between two looks at the marker that nobody's lease asks for."""
LOST = "Redis has lost the sessions: it was flushed, replaced, or put back to before a loss"


class Beginning:
    """Looks at the marker, and begins contents."""

    def __init__(self, log: Log, place: Place, clock: Clock) -> None:
        self._log = log
        self._place = place
        self._clock = clock
        self._many = Many(log.ask)
        self._owner = ""
        self._numbered: tuple[str, int, int] | None = None
        self._ensured = self._recorded = ""
        self._real = SystemClock()  # whatever the tests' clock says
        self._again = 0.0
        self.settled = False

    def number(self, head: Head | None) -> int:
        """Of the contents that hold, as the log says at ``head`` or later; ``None``: as it said last."""
        known = self._numbered
        if known is not None and (head is None or known[:2] == (head.birth, head.seq)):
            return known[2]
        head, number = head or self._log.head(), self._many.number()
        self._numbered = (head.birth, head.seq, number)
        return number

    def ensure(self, head: Head) -> str:
        """The birth of the contents that hold; they begin if they must.

        Raises:
            ConfigurationError: the place holds the contents of another log; ``StoreUnavailable`` once the
                store is open.
        """
        attempts, seen, until = 0, -1, 0.0
        while attempts < ATTEMPTS:
            number = self.number(head)
            if number != seen:  # whoever ended those before is given time, and more of it every time
                seen, until = number, self._real.lease() + WAIT * 2**attempts
            birth = birth_of_contents(head.birth, number)
            marker = self._place.marker(patience=None)
            if marker.birth == birth and marker.owner == self.owner():
                if number == 0:
                    self._record(head.birth)
                self._ensured = birth
                return birth
            self._require_ours(marker)
            if self._real.lease() < until and self._have_just_begun(head.birth, number):
                self._real.sleep(PAUSE)
            else:
                attempts += 1
                self._begin(marker, head.birth, number)
            head = self._log.head()
            self._numbered = None
        raise StoreUnavailable(f"the contents of {self._place.place} are begun again and again")

    def _have_just_begun(self, birth: str, number: int) -> bool:
        """Whether somebody may be about to write the marker of these contents: the log has them already."""
        if number == 0:
            found = self._log.ask(BEGAN, id=began_id(birth))
            at = found[0][0] if found else None
        else:
            row = self._log.entry_row(number)
            at = None if row is None else rows.entry_of(row).at
        return at is not None and abs(self._clock.wall() - at) < JUST

    def follow(self, head: Head) -> bool:
        """Before a session is opened: let contents begin if they were lost, so that it need not be tried
        twice. Looks again after a while only; an outage is for others to say.

        Returns:
            whether ``head`` may be of before.
        """
        now = self._real.lease()
        if now < self._again and birth_of_contents(head.birth, self.number(head)) == self._ensured:
            return False
        before, self._again = self._ensured, now + LOOK_AGAIN
        try:
            self.ensure(head)
        except StoreUnavailable as error:
            self._again = now + AFTER_AN_OUTAGE
            logger.debug("the contents could not be looked at: %s", error)
        return self._ensured != before

    def owner(self) -> str:
        """What a log is known by through all its births: the first of them."""
        if not self._owner:
            self._owner = self._first_birth()
        return self._owner

    def _first_birth(self) -> str:
        first, before = self._log.head().birth, None
        while page := self._log.audit_events(LOG_REALM, limit=PAGE, before=before):
            for event in page:
                if event.type == "log.reborn":
                    first = str(event.data["old_birth"])
            before = page[-1].id
        return first

    def _require_ours(self, marker: Marker) -> None:
        if marker.birth is None or marker.owner in (None, self.owner()):
            return
        text = (
            f"redis={self._place.place!r} holds the sessions of another log than {self._log.place}: take "
            "another database number, or, if that application is no more, empty this one with FLUSHDB"
        )
        raise StoreUnavailable(text) if self.settled else ConfigurationError(text)

    def _begin(self, marker: Marker, birth: str, number: int) -> None:
        with self._log.write() as unit:
            if number == 0 and self._is_first(unit, birth):
                # Before the commit, for which everybody else waits who comes first at the same time.
                self._place.mark(birth_of_contents(birth, 0), self.owner(), marker)
                return
            if self._place.marker().value != marker.value:
                return  # somebody has just begun them
            if self._many.number() != number:
                return  # or is about to: their end is not to be followed by one for what they end
            entry = self._end(unit, birth, number)
        began = birth_of_contents(birth, unit.numbered(entry).seq)
        if self._place.mark(began, self.owner(), marker):
            logger.error("%s: %s; every session before is refused", self._place.place, LOST)

    def _record(self, birth: str) -> None:
        """Make sure that the log knows of its first contents: whoever began them may have died before."""
        if self._recorded != birth:
            if not self._log.ask(BEGAN, id=began_id(birth)):
                with self._log.write() as unit:
                    self._is_first(unit, birth)
            self._recorded = birth

    def _is_first(self, unit: UnitOfWork, birth: str) -> bool:
        """Whether no contents have begun under this log, so that there is nothing to end."""
        try:
            unit.audit(self._event(began_id(birth), CONTENTS, "contents.begun", None))
        except Conflict:
            return False
        return True

    def _end(self, unit: UnitOfWork, birth: str, number: int) -> LogEntry:
        """Of many who see one loss, one appends."""
        entry = LogEntry(
            id=f"{CONTENTS}-{birth}-{number}",
            kind=Kind.END,
            realm=LOG_REALM,
            scope=Scope.EVERYTHING,
            target=CONTENTS,
            what=What.SESSIONS,
            reason=LOST,
            initiator="system",
            at=self._clock.wall(),
        )
        known = unit.find_entry(entry.id)
        if known is not None:
            return known
        appended = unit.append(entry)
        unit.audit(self._event(new_id(), LOG_REALM, "contents.lost", appended.seq))
        return appended

    def _event(self, id: str, realm: str, type: str, seq: int | None) -> AuditEvent:
        return AuditEvent(
            id=id,
            at=self._clock.wall(),
            type=type,
            realm=realm,
            actor="system",
            subject=f"{CONTENTS}:{self._place.place}",
            reason=None if seq is None else LOST,
            seq=seq,
        )
