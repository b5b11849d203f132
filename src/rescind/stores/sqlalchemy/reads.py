"""Rows of the reading statements to what the contract hands out."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from rescind.model.credential import Account, PasswordCredential, SignInEvidence
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Renewal
from rescind.model.session import Facts, SessionRecord
from rescind.stores.sqlalchemy import rows

SESSION_END = len(rows.SESSION)
STANDING_END = SESSION_END + len(rows.STANDING) - 2
HEAD_END = len(rows.HEAD)
ACCOUNT_END = HEAD_END + len(rows.ACCOUNT)


def facts_of(row: Sequence[Any], head: Head, ended_by: LogEntry | None) -> Facts:
    """A row of ``statements.FACTS``: session, standing without its key, head, number of an ending entry."""
    record = SessionRecord(*row[:SESSION_END])
    active, roles, tenant, kind, updated_at, version = row[SESSION_END:STANDING_END]
    standing = None
    if active is not None:
        standing = Standing(
            record.realm,
            record.principal_id,
            active != 0,
            rows.roles_of(roles),
            tenant,
            kind,
            updated_at,
            version,
        )
    return Facts(record, standing, head, ended_by)


def renewal_of(found: Sequence[Sequence[Any]], limit: int) -> Renewal:
    """Rows of ``statements.RENEW``: head, registered, id at ``applied``, then one entry or nothing."""
    head = Head(*found[0][:HEAD_END])
    registered, applied_id = found[0][HEAD_END : HEAD_END + 2]
    entries = [row[HEAD_END + 2 :] for row in found if row[HEAD_END + 2] is not None]
    entries.sort(key=itemgetter(-1))
    return Renewal(
        head=head,
        registered=registered is not None,
        applied_id=applied_id,
        entries=tuple(rows.entry_of(row) for row in entries[:limit]),
        more=len(entries) > limit,
    )


def sign_in_evidence_of(row: Sequence[Any]) -> SignInEvidence:
    account = rows.optional(Account, row[HEAD_END:ACCOUNT_END])
    return SignInEvidence(Head(*row[:HEAD_END]), account, *_password_and_standing(row[ACCOUNT_END:]))


def password_evidence_of(row: Sequence[Any]) -> SignInEvidence:
    return SignInEvidence(Head(*row[:HEAD_END]), None, *_password_and_standing(row[HEAD_END:]))


def _password_and_standing(row: Sequence[Any]) -> tuple[PasswordCredential | None, Standing | None]:
    end = len(rows.PASSWORD)
    standing = row[end:]
    return (
        rows.optional(PasswordCredential, row[:end]),
        None if standing[0] is None else rows.standing_of(standing),
    )
