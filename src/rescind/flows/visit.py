"""What a visitor has before anybody signs in: a basket, a message, a half-filled form.

A *visit* is a row of the sessions' table that belongs to nobody: its principal is ``""``, which no principal
can be, and its token begins with ``rsc_a_``, which no check reads. So no face of any application ever takes
one for somebody; only who asks for visits finds them, always at the authority. It ends by its mark, and with
everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hmac import compare_digest
from typing import Any

from rescind._tokens import VISIT_PREFIX, digest_of, new_session_id, new_session_token, session_id_of
from rescind.flows.context import FlowContext
from rescind.model.principal import NOBODY, Standing
from rescind.model.session import Facts, SessionRecord
from rescind.policy.session_lifetime import judge_session


def new_visit_token() -> str:
    """A token of a visit whose row is not written yet."""
    return new_session_token(new_session_id(), prefix=VISIT_PREFIX)


def visit_id_of(token: str) -> str | None:
    """The public id that the token of a visit names; ``None`` for any other text."""
    return session_id_of(token, prefix=VISIT_PREFIX)


def begin_visit(
    ctx: FlowContext,
    token: str,
    *,
    data: Mapping[str, Any],
    lasts: float | None = None,
    idle: float | None = None,
    connection: Any = None,
) -> SessionRecord:
    """Write the row of a visit and its data.

    Args:
        token: from ``new_visit_token``.
        lasts, idle: seconds; where that is sooner than the policy's.
        connection: the caller's, whose transaction this becomes part of.

    Raises:
        ValueError: it is no such token.
        Conflict: it has been used.
        StoreUnavailable: nothing was written.
    """
    session_id = visit_id_of(token)
    if session_id is None:
        raise ValueError("not the token of a visit")
    with ctx.store.write(connection) as unit:
        now, head = ctx.now(), unit.head()
        record = SessionRecord(
            id=session_id,
            digest=digest_of(token),
            realm=ctx.realm,
            principal_id=NOBODY,
            birth=head.birth,
            issued_seq=head.seq,
            method="none",
            created_at=now,
            auth_time=now,
            last_seen=now,
            expires_at=ctx.policy.expires_at(now, lasts),
            idle=ctx.policy.idle_micros(idle),
        )
        unit.insert_session(record)
        if data:
            unit.save_data(session_id, dict(data), ())
    return record


def find_visit(ctx: FlowContext, token: str) -> SessionRecord | None:
    """The visit of a token, if it goes on. One read of the authority.

    Raises:
        StoreUnavailable: it could not be asked.
    """
    session_id = visit_id_of(token)
    facts = None if session_id is None else ctx.store.facts(session_id)
    if facts is None or not compare_digest(facts.record.digest, digest_of(token)):
        return None
    return facts.record if is_visit_alive(ctx, facts) else None


def is_visit_alive(ctx: FlowContext, facts: Facts) -> bool:
    """Whether it is a visit, and goes on."""
    if facts.record.principal_id != NOBODY:
        return False
    as_somebody = replace(facts, standing=Standing(ctx.realm, NOBODY))
    return judge_session(as_somebody, ctx.now(), realm=ctx.realm).allowed


def end_visit(ctx: FlowContext, session_id: str, *, reason: str, connection: Any = None) -> bool:
    """End a visit; ``False``: there is none of that id, or it has ended. Memory holds none, so there is
    nobody to tell.

    Raises:
        StoreUnavailable: nothing was ended.
    """
    with ctx.store.write(connection) as unit:
        record = unit.session(session_id)
        if record is None or record.realm != ctx.realm or record.principal_id != NOBODY:
            return False
        return unit.end_session(session_id, at=ctx.now(), reason=reason, by="system")
