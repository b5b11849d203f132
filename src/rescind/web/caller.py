"""Who sends a request: what it presents, judged at most once. A face says how it is read and asked."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from rescind.errors import Refused
from rescind.model.session import Issued, Session
from rescind.revocation.receipt import Receipt
from rescind.transport.bearer import Malformed
from rescind.transport.client_address import behind_proxies
from rescind.transport.credential import Presented, Source
from rescind.transport.message import HeaderList, RequestFacts
from rescind.web.gate import Gate

G = TypeVar("G", bound=Gate)
UNREAD: Any = object()


class Caller(Generic[G]):
    """One request (or socket). Nothing of it is looked at before it is needed.

    Attributes:
        gate: what the application shares.
        outer: the caller as another engine around this one sees it (a mounted application), or ``None``.
        judged: the session of the request or its refusal, once somebody asked.
        issued: the session whose token the answer sets as our cookie; see ``issue``.
        signed_in: the session that began with this request, by the application or by our own route.
        age: seconds since the log was read by which ``judged`` was accepted while the authority is away;
            ``None``: it was accepted as always.
        untold_age: the same until the answer has said so.
        watched: whether its answer is looked at: from the moment that anything was asked of it.
    """

    # Defaults are on the class: a request that needs nothing of them does not pay for setting them.
    judged: Session[Any] | Refused | None = None
    issued: Issued[Any] | None = None
    signed_in: Session[Any] | None = None
    age: float | None = None
    untold_age: float | None = None
    watched = False
    _found: Presented | Malformed | None = UNREAD
    _source: Source | None = None
    _receipts: list[Receipt] | None = None
    _request_id: str | None = None
    _facts: RequestFacts | None = None

    gate: G
    outer: Caller[Any] | None

    # -- how it is read ----------------------------------------------------------------------------------

    @property
    def headers(self) -> HeaderList:
        """Its header lines."""
        raise NotImplementedError

    def _read_facts(self) -> RequestFacts:
        raise NotImplementedError

    def _find(self) -> Presented | Malformed | None:
        raise NotImplementedError

    # -- who acts ----------------------------------------------------------------------------------------

    @property
    def initiator(self) -> str:
        """Who acts in this request, as the log and the audit trail name them."""
        if isinstance(self.judged, Session):
            return f"session:{self.judged.id}"
        return "system" if self.outer is None else self.outer.initiator

    @property
    def request_id(self) -> str:
        """The id that the proxy gave, or one of our own. Made on first use."""
        if self._request_id is None:
            self._request_id = self.gate.ids.of(self.headers)
        return self._request_id

    @property
    def receipts(self) -> list[Receipt]:
        """Of revocations inside the application's own transactions, to be completed in this request."""
        self.watched = True
        if self._receipts is None:
            self._receipts = []
        return self._receipts

    def issue(self, issued: Issued[Any]) -> None:
        """Note that the answer sets the cookie of this session."""
        self.issued, self.signed_in = issued, issued.session
        self.watched = True

    # -- who it is ---------------------------------------------------------------------------------------

    @property
    def facts(self) -> RequestFacts:
        """The request as values, after declared proxies. Built on first use."""
        if self._facts is None:
            self._facts = behind_proxies(self._read_facts(), self.gate.settings.proxies)
        return self._facts

    @property
    def found(self) -> Presented | Malformed | None:
        """The credential of the request, not yet judged."""
        if self._found is UNREAD:
            self._found = self._find()
        return self._found

    @property
    def source(self) -> Source | None:
        """Where the credential was, ``None`` if there is none."""
        if self._source is None:
            found = self.found
            self._source = None if found is None else found.source
        return self._source

    @property
    def token(self) -> str | None:
        """The token that decides; ``None`` if there is none or it cannot be read."""
        found = self.found
        return None if found is None or isinstance(found, Malformed) else found.token

    def accept_stale(self, within: float) -> Session[Any] | None:
        """While the authority is away: the session as memory knew it ``within`` seconds ago at most.

        Of two credentials none is accepted so: whether both are of one person cannot be told.
        """
        found = self.found
        if not isinstance(found, Presented) or found.other is not None:
            return None
        stale = self.gate.engine.core.checks.stale(found.token, None, within)
        if stale is None:
            return None
        self.judged, self.age = session, self.untold_age = stale
        return session

    def refuse_stale(self) -> Refused:
        """What another guard of the route says where memory was not enough for it."""
        self.untold_age = None
        return Refused("store_unavailable", "not from memory on this route", retry_after=1)

    def _read_now(self, judged: Session[Any] | Refused) -> Session[Any] | Refused:
        """The authority was read for it, whatever a guard before had to be content with."""
        self.judged, self.age, self.untold_age = judged, None, None
        return judged
