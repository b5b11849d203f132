"""One request to one of our routes, and who sends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rescind.errors import Refused
from rescind.model.session import Session
from rescind.transport.bearer import Malformed
from rescind.transport.cookie import OncePerHost
from rescind.transport.credential import Presented, Source, same_subject
from rescind.transport.message import RequestFacts
from rescind.web.engine import Engine
from rescind.web.settings import WebSettings

Check = Callable[[str], Session[Any] | Refused]


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler is given.

    Attributes:
        facts: the request, after declared proxies.
        found: its credential, not yet judged.
        body: as read by the face.
        params: the parts of the path that a route names.
        warned: the hosts that were told that a browser will drop the cookie.
    """

    engine: Engine
    settings: WebSettings
    facts: RequestFacts
    found: Presented | Malformed | None
    body: bytes = field(repr=False)
    params: Mapping[str, str]
    warned: OncePerHost

    @property
    def source(self) -> Source | None:
        """Where the credential was, ``None`` if there is none."""
        return None if self.found is None else self.found.source

    def session(self) -> Session[Any]:
        """The session of the request.

        Raises:
            Refused: there is none; the code says why.
        """
        judged = resolve(self.engine.check, self.found)
        if isinstance(judged, Refused):
            raise judged
        return judged


def resolve(check: Check, found: Presented | Malformed | None) -> Session[Any] | Refused:
    """Judge what a request presents (the rule is in ``rescind.transport.credential``).

    Args:
        check: judges a token. It is asked about the cookie too only if a bearer decides and they differ.
        found: from ``find_credential``.
    """
    if found is None:
        return Refused("missing", "no credential came with the request")
    if isinstance(found, Malformed):
        return Refused("malformed", found.why)
    judged = check(found.token)
    if found.other is None or isinstance(judged, Refused):
        return judged
    other = check(found.other)
    if isinstance(other, Refused):
        # Not live: ignored. But what cannot be judged may be live, and then nobody is let in on a guess.
        return other if other.unanswered else judged
    if not same_subject((judged.tenant, judged.principal_id), (other.tenant, other.principal_id)):
        return Refused("malformed", "the bearer and the cookie are live sessions of two principals")
    return judged
