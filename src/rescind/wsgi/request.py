"""One WSGI request: what it presents and who that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rescind.errors import Refused
from rescind.flows.context import running_request
from rescind.model.revocation import Head
from rescind.model.session import Issued, Session
from rescind.transport.bearer import Malformed
from rescind.transport.credential import Presented, find_in_environ, sole_in_environ
from rescind.transport.csrf import SAFE_METHODS, check_csrf
from rescind.transport.message import HeaderList, RequestFacts, environ_headers, from_environ
from rescind.web.call import resolve
from rescind.web.caller import Caller
from rescind.web.gate import Gate

KEY = "rescind.request"
"""Where the request is in a WSGI environ."""


class Request(Caller[Gate]):
    """What the middleware puts into the environ.

    Attributes:
        admitted: the session that a guard has let in.
        refused: whether it was said that the request is refused.
        mark: the state of the log before the application looked for who signs in, if it has asked.
        cookies: headers that the answer sets our cookies with, of who has no answer at hand yet.
    """

    outer: Request | None
    admitted: Session[Any] | None = None
    refused = False
    mark: Head | None = None
    cookies: tuple[dict[str, str], ...] = ()

    def __init__(self, gate: Gate, environ: dict[str, Any], outer: Request | None = None) -> None:
        self.gate = gate
        self.environ = environ
        self.outer = outer

    @property
    def headers(self) -> HeaderList:
        return tuple(environ_headers(self.environ))

    def _read_facts(self) -> RequestFacts:
        return from_environ(self.environ)

    def _find(self) -> Presented | Malformed | None:
        return find_in_environ(self.environ, self.gate.cookie)

    def known(self) -> Session[Any] | Refused | None:
        """Who it is, if somebody asked before or memory knows the credential to the byte; nothing is read."""
        judged = self.judged
        if judged is None:
            self.watched = True
            sole = sole_in_environ(self.environ, self.gate.cookie)
            if sole is not None:
                token, self._source = sole
                judged = self.judged = self.gate.recall(token)
        return judged

    def check(self) -> Session[Any] | Refused:
        """Judge the request, once: later questions get the same answer."""
        judged = self.known()
        if judged is None:
            judged = self.judged = resolve(self.gate.engine.check, self.found)
        return judged

    def check_strictly(self) -> Session[Any] | Refused:
        """Judge the request by reading the authority now."""
        self.watched = True
        check = self.gate.engine.check
        return self._read_now(resolve(lambda token: check(token, strict=True), self.found))

    def foreign(self) -> Refused | None:
        """The CSRF rule: an unsafe request that our cookie decides is from our own pages."""
        if self.environ["REQUEST_METHOD"] in SAFE_METHODS or self.source != "cookie":
            return None
        failure = check_csrf(self.facts, self.gate.settings.csrf)
        return None if failure is None else Refused("csrf", failure.detail)

    def set_cookies(self, *headers: dict[str, str]) -> None:
        """Have the answer set (or clear) our cookies, whoever makes it. The last one counts."""
        self.cookies = headers
        self.watched = True

    def enter(self, issued: Issued[Any]) -> None:
        """From now on the request is of this session: the application has opened it for its sender."""
        self._found, self._source = Presented(issued.token, "cookie"), "cookie"
        self._read_now(issued.session)
        self.admitted = self.signed_in = issued.session
        self.watched = True

    def leave(self) -> None:
        """From now on the request is nobody's: what it presented has ended."""
        self._found = self._source = self.admitted = self.signed_in = None
        self._read_now(Refused("revoked", "signed out in this request"))

    def complete_receipts(self) -> bool:
        """Bring receipts to their end; false if a transaction is still open."""
        receipts = self._receipts
        if not receipts:
            return True
        for receipt in receipts:
            receipt.complete()
        self._receipts = [receipt for receipt in receipts if receipt.state == "pending"]
        return not self._receipts


def request_of(environ: Mapping[str, Any], gate: Gate) -> Request | None:
    """The request that the middleware of this gate put into an environ, ``None`` if it was not passed."""
    found: Request | None = environ.get(KEY)
    return _of_gate(found, gate)


def running_of(gate: Gate) -> Request | None:
    """The request that this code runs for, ``None`` outside any request of this gate."""
    running = running_request.get()
    return _of_gate(running, gate) if isinstance(running, Request) else None


def _of_gate(found: Request | None, gate: Gate) -> Request | None:
    while found is not None and found.gate is not gate:
        found = found.outer
    return found
