"""What happened, who did it, to whom, why and with what outcome. Never a secret."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One typed record, written in the transaction of the change that it tells of.

    Attributes:
        id: unique.
        at: microseconds since the epoch.
        type: a past participle with its subject: ``session.started``, ``session.revoked``,
            ``principal.changed``, ``account.created``, ``sign_in.refused``, ``log.reborn``.
        realm: the realm it happened in.
        actor: who did it: ``session:<id>``, ``principal:<id>``, ``cli:<user>@<host>``, ``system``,
            ``anonymous``.
        subject: whom it concerns: ``principal:7``, ``session:<id>``, ``tenant:a``.
        outcome: ``"done"`` or ``"refused"``.
        reason: as given.
        seq: the log entry it belongs to, if there is one.
        request_id: of the HTTP request, if there is one.
        data: further facts as plain values (str, int, bool, None).
    """

    id: str
    at: int
    type: str
    realm: str
    actor: str
    subject: str
    outcome: str = "done"
    reason: str | None = None
    seq: int | None = None
    request_id: str | None = None
    data: dict[str, str | int | bool | None] = field(default_factory=dict)
