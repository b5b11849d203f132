"""Open a session for a principal that somebody has verified.

The race that this file is about: a sign-in reads the password at head 6 and hashes for 20 ms; "sign out
everywhere" commits as entry 7; were the session issued at 7, entry 7 would not end it, and the old password
would be in. So a session is issued at the head that was read *before* the evidence (its ``mark``), and the
session is put before the same judge as every request, inside the transaction that inserts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rescind._tokens import new_session_id, session_id_of
from rescind.errors import Refused
from rescind.flows.context import FlowContext
from rescind.flows.end_replaced import end_replaced
from rescind.model.principal import MAX_ID_LENGTH, Standing, text_id
from rescind.model.revocation import Head, LogEntry
from rescind.model.session import Facts, SessionRecord
from rescind.sessions.minting import Minted, Prepared
from rescind.stores.base import UnitOfWork


@dataclass(frozen=True, slots=True)
class Opened:
    """A session as the store has it, with its token.

    Attributes:
        token: the only time that it exists in the clear; ``repr`` hides it.
        facts: as the next read of the authority will say them.
        entry: the ``end`` of the session that this one replaced, to be pushed; ``None`` when it replaced
            none.
        refresh_token, until: as in ``Minted``.
    """

    token: str = field(repr=False)
    facts: Facts
    entry: LogEntry | None = None
    refresh_token: str | None = field(default=None, repr=False)
    until: int | None = None


def opened_by(minted: Minted, facts: Facts) -> Opened:
    """A session with what was just made for it."""
    return Opened(minted.token, facts, refresh_token=minted.refresh_token, until=minted.until)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new session is to be; ids and times are the flow's.

    Attributes:
        mark: the head read before the first read of the evidence; becomes ``birth`` and ``issued_seq``.
        auth_time: microseconds since the epoch; a time in the future counts as now.
        label: display text; what is not printable is left out, what is too long is cut.
        lasts: seconds from now to its absolute end, where that is sooner than the policy's.
        idle: seconds without activity after which it ends, where that is sooner than the policy's.
        token: an opaque one that was made before; its session has the id that it names.
    """

    principal_id: str
    method: str
    mark: Head
    auth_time: int | None = None
    credential_id: str | None = None
    client_id: str | None = None
    label: str | None = None
    lasts: float | None = None
    idle: float | None = None
    token: str | None = field(default=None, repr=False)


def start_session(
    ctx: FlowContext,
    principal_id: str,
    *,
    method: str,
    mark: Head | None = None,
    auth_time: int | None = None,
    credential_id: str | None = None,
    client_id: str | None = None,
    label: str | None = None,
    lasts: float | None = None,
    idle: float | None = None,
    by: str | None = None,
    replaces: str | tuple[str, ...] | None = None,
    token: str | None = None,
    data: Mapping[str, Any] | None = None,
    connection: Any = None,
) -> Opened:
    """Open a session; a principal never seen gets its standing (active, no roles).

    Args:
        principal_id: canonical text (``PrincipalIds.text``).
        method: how the principal proved who they are, in the application's words.
        mark: the head read before the principal was verified. ``None`` reads it now, which is right only when
            nothing that a revocation could follow was read before.
        lasts, idle, token: as in ``Draft``.
        by: the initiator for the audit; the principal itself by default.
        replaces: the token or tokens whose session ends in the same transaction; see ``end_replaced``.
        data, connection: the application's own, written with it; the caller's, whose transaction is joined.

    Raises:
        Refused: ``principal_disabled``; ``revoked``: the principal, credential, client or tenant was signed
            out since ``mark``; ``superseded``: ``mark`` is of another log or too old. Nothing was written.
        TypeError, ValueError: an argument is no usable text.
        StoreUnavailable: nothing was opened.
    """
    draft = Draft(
        principal_id=text_id(principal_id, argument="principal"),
        method=text_id(method, argument="method"),
        mark=ctx.store.head() if mark is None else mark,
        auth_time=auth_time,
        credential_id=None if credential_id is None else text_id(credential_id, argument="credential_id"),
        client_id=None if client_id is None else text_id(client_id, argument="client_id"),
        label=clean_label(label),
        lasts=lasts,
        idle=idle,
        token=token,
    )
    if token is not None:
        ctx = replace(ctx, credentials=Prepared(token))
    with ctx.store.write(connection) as unit:
        if unit.standing(ctx.realm, draft.principal_id) is None:
            unit.put_standing(Standing(ctx.realm, draft.principal_id, updated_at=ctx.now()))
        opened = insert_session(ctx, unit, new_record(ctx, draft), draft.mark)
        audit_opened(ctx, unit, opened, "session.started", by=by)
        if data:
            unit.save_data(opened.facts.record.id, dict(data), ())
        if replaces is not None:
            opened = replace(opened, entry=end_replaced(ctx, unit, replaces, opened.facts.record.id))
    return opened


def new_record(ctx: FlowContext, draft: Draft) -> SessionRecord:
    """The row of a session that replaces no other, without its digest."""
    now, idle = ctx.now(), ctx.policy.idle_micros(draft.idle)
    named = None if draft.token is None else session_id_of(draft.token)
    return SessionRecord(
        id=named or new_session_id(),
        digest=b"",
        realm=ctx.realm,
        principal_id=draft.principal_id,
        birth=draft.mark.birth,
        issued_seq=draft.mark.seq,
        method=draft.method,
        created_at=now,
        auth_time=now if draft.auth_time is None else min(draft.auth_time, now),
        last_seen=now,
        expires_at=ctx.policy.expires_at(now, draft.lasts),
        idle=idle,
        credential_id=draft.credential_id,
        client_id=draft.client_id,
        label=draft.label,
    )


def insert_session(ctx: FlowContext, unit: UnitOfWork, record: SessionRecord, mark: Head) -> Opened:
    """Insert ``record`` with a new secret and judge it as the next request will.

    Raises:
        Refused: the judge said no. It must leave the unit, so that everything is rolled back.
    """
    # Another birth, or a number beyond the head, the judge sees; what was forgotten nobody can see.
    if mark.seq < unit.head().floor:
        raise Refused("superseded", "the evidence is older than the log remembers; start over")
    minted = ctx.credentials.mint(record, ctx.now(), ctx.key_ended(unit))
    unit.insert_session(replace(record, digest=minted.digest))
    if minted.family is not None:
        unit.insert_family(minted.family)
    facts = unit.facts(record.id)
    if facts is None:
        raise Refused("superseded", "the session was not there after its insert; start over")
    return opened_by(minted, ctx.live(facts))


def audit_opened(
    ctx: FlowContext, unit: UnitOfWork, opened: Opened, type: str, *, by: str | None = None
) -> None:
    """The event that goes with a session that was opened."""
    record = opened.facts.record
    unit.audit(
        ctx.event(
            type,
            actor=by or f"principal:{record.principal_id}",
            subject=f"principal:{record.principal_id}",
            seq=None if opened.entry is None else opened.entry.seq,
            session=record.id,
            replaced=record.parent_id,
            method=record.method,
            client=record.client_id,
            issued_seq=record.issued_seq,
        )
    )


def clean_label(label: str | None) -> str | None:
    """Printable text of at most 255 characters, ``None`` if nothing is left: labels come from user agents."""
    if label is None:
        return None
    printable = "".join(character for character in label[: 4 * MAX_ID_LENGTH] if character.isprintable())
    return printable.strip()[:MAX_ID_LENGTH].strip() or None
