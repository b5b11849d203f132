"""What a session key leads to: who is signed in, or the visit of somebody who is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, load_backend

from rescind._tokens import ID_LENGTH, SESSION_PREFIX, VISIT_PREFIX
from rescind.django.users import backend_of, is_of_django
from rescind.engine import Rescind
from rescind.errors import Refused, StoreUnavailable
from rescind.flows.sign_out import facts_of_token
from rescind.flows.visit import end_visit, find_visit, is_visit_alive, visit_id_of
from rescind.model.principal import NOBODY
from rescind.model.session import Session, SessionRecord, to_micros
from rescind.policy.session_lifetime import judge_session

FACTS = (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY)
"""Keys of ``request.session`` that are columns of ours, answered without loading anything."""


_HEX = frozenset("0123456789abcdef")


class Found:
    """A session or visit that goes on.

    Attributes:
        id: public handle; safe to log.
        session: who is signed in; ``None`` for a visit.
        visit_ends: the absolute end of a visit, microseconds since the epoch.
    """

    __slots__ = ("id", "session", "visit_ends")

    def __init__(self, id: str, session: Session[Any] | None, visit_ends: int = 0) -> None:
        self.id = id
        self.session = session
        self.visit_ends = visit_ends

    @classmethod
    def of_session(cls, session: Session[Any]) -> Found:
        return cls(session.id, session)

    @classmethod
    def of_visit(cls, record: SessionRecord) -> Found:
        return cls(record.id, None, record.expires_at)

    @property
    def ends(self) -> int:
        """Its absolute end, microseconds since the epoch. Few requests ask."""
        return self.visit_ends if self.session is None else to_micros(self.session.expires_at)

    def fact(self, key: str) -> str | None:
        """One of ``FACTS``; ``None`` for a visit.

        A session that another application on these tables has opened names no backend of Django's: then it is
        the first one, and the password behind it is that of now. A new password ends such a session by its
        entry in the log, not by its hash.
        """
        session = self.session
        if session is None:
            return None
        if key == SESSION_KEY:
            return str(session.principal_id)
        if key == BACKEND_SESSION_KEY:
            return backend_of(session)
        return session.credential_id or "" if is_of_django(session) else _hash_of_now(session)

    @property
    def is_from_beside(self) -> bool:
        """Whether another application on these tables has opened it: some facts come from the row of
        the user, with a query of Django's."""
        return self.session is not None and not is_of_django(self.session)

    def facts(self) -> dict[str, str]:
        """All of them that there are."""
        named = {key: self.fact(key) for key in FACTS}
        return {key: fact for key, fact in named.items() if fact is not None}


def _hash_of_now(session: Session[Any]) -> str:
    user = load_backend(backend_of(session)).get_user(session.principal_id)
    return user.get_session_auth_hash() if hasattr(user, "get_session_auth_hash") else ""


def is_token(key: str) -> bool:
    """Whether a session key looks like one of ours. Decides nothing but whom to ask."""
    return key.startswith((SESSION_PREFIX, VISIT_PREFIX))


def is_public_id(key: str) -> bool:
    """Whether it has the form of a public handle."""
    return len(key) == ID_LENGTH and set(key) <= _HEX


def look_up(engine: Rescind[Any], key: str) -> Found | Refused:
    """Judge a session key. Of who is signed in memory answers while it may; a visit is always read.

    Raises:
        StoreUnavailable: the authority could not be asked.
    """
    if key.startswith(VISIT_PREFIX):
        return look_up_visit(engine, key)
    return look_up_session(engine, key)


def look_up_session(engine: Rescind[Any], key: str) -> Found | Refused:
    """The same for the token of somebody who is signed in."""
    return as_found(engine.check(key, touch=engine.settings.idle is not None))


def look_up_visit(engine: Rescind[Any], key: str) -> Found | Refused:
    """The same for the token of a visit; blocks."""
    engine.core.begin()
    record = find_visit(engine.core.ctx, key)
    return Refused("revoked", "there is no such visit") if record is None else Found.of_visit(record)


def as_found(judged: Session[Any] | Refused) -> Found | Refused:
    """What a check said.

    Raises:
        StoreUnavailable: that the authority could not be asked.
    """
    if isinstance(judged, Session):
        return Found.of_session(judged)
    if judged.unanswered:
        raise StoreUnavailable(judged.detail)
    return judged


def exists(engine: Rescind[Any], key: str) -> bool:
    """Whether a session or visit goes on, by its token or by its public id. Reads the authority."""
    engine.core.begin()
    core = engine.core
    if is_token(key):
        if visit_id_of(key) is not None:
            return find_visit(core.ctx, key) is not None
        facts = facts_of_token(core.ctx, key, core.store)
    else:
        facts = core.store.facts(key)
        if facts is not None and facts.record.principal_id == NOBODY:
            return is_visit_alive(core.ctx, facts)
    return facts is not None and judge_session(facts, core.time.now(), realm=core.ctx.realm).allowed


def end(engine: Rescind[Any], key: str, *, reason: str, connection: Any, wait: bool = True) -> None:
    """End the session or visit that a token or a public id names, if it goes on; it is final when this
    returns, or pending in the transaction of ``connection``.

    Raises:
        StoreUnavailable: nothing was ended.
    """
    engine.core.begin()
    ctx, visit = engine.core.ctx, visit_id_of(key)
    if visit is not None:
        if find_visit(ctx, key) is not None:
            end_visit(ctx, visit, reason=reason, connection=connection)
        return
    if not is_token(key):
        if not is_public_id(key):
            return
        if not end_visit(ctx, key, reason=reason, connection=connection):
            engine.revoke(session=key, reason=reason, connection=connection, wait=wait)
        return
    started = engine.core.clock.lease()
    order = replace(engine.sign_out_order(key), reason=reason)
    engine.settle(order, started, connection=connection, wait=wait)
