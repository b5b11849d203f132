"""Whether sessions go on, for a whole page with one query. For people; what a request is let in by is the
engine's own word, of which this is the same rule (``rescind.policy``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThan, LessThanOrEqual

from rescind.django.admin.realm import rows_of
from rescind.django.making import made
from rescind.django.models import Head, Principal, Revocation, Session
from rescind.model.revocation import Kind, Scope, What

LIVE, EXPIRED, ENDED, DISABLED = "live", "expired", "ended", "disabled"


def condition(state: str) -> Q:
    """What holds of the sessions in one state, as of now."""
    now = made().engine.core.time.now()
    if state == ENDED:
        return _is_over()
    goes_on = _goes_on()
    if state == EXPIRED:
        return goes_on & _is_past(now)
    within = goes_on & _is_within(now)
    return within & Q(_standing()) if state == LIVE else within & Q(~_standing())


def states_of(ids: Iterable[str]) -> dict[str, str]:
    """The state of each session by its id."""
    named = rows_of(Session, by_realm=False).filter(id__in=list(ids))
    now = made().engine.core.time.now()
    # In this order: what one case says of a session no later one asks again.
    rules = {ENDED: _is_over(), EXPIRED: _is_past(now), LIVE: Q(_standing())}
    cases = [When(rule, then=Value(state)) for state, rule in rules.items()]
    found = named.annotate(state=Case(*cases, default=Value(DISABLED))).values_list("id", "state")
    return dict(found)


def live_counts(principals: Iterable[str]) -> dict[str, int]:
    """How many live sessions each principal has; who has none is not in it."""
    named = rows_of(Session, by_realm=True).filter(condition(LIVE), principal_id__in=list(principals))
    return dict(named.order_by().values_list("principal_id").annotate(Count("id")))


# -- the rules -----------------------------------------------------------------------------------------------


def _goes_on() -> Q:
    """Ended neither by its mark nor by the log nor with the log that it was issued by.

    Its mark is asked in a way that no index answers: nearly all rows have none, and a page is read in the
    order of another one.
    """
    birth = Subquery(Head._default_manager.values("birth")[:1])
    mark = Coalesce("ended_at", Value(0, output_field=BigIntegerField()))
    clauses = Q(Exact(mark, 0)) & Q(birth=birth)
    for end in _ends():
        clauses &= Q(~end)
    return clauses


def _is_over() -> Q:
    birth = Subquery(Head._default_manager.values("birth")[:1])
    clauses = Q(ended_at__isnull=False) | ~Q(birth=birth)
    for end in _ends():
        clauses |= Q(end)
    return clauses


def _ends() -> list[Exists]:
    """An entry of the log for each scope that is wider than a session (``rescind.policy.ending``)."""
    tenant = Principal._default_manager.filter(
        realm=OuterRef(OuterRef("realm")), id=OuterRef(OuterRef("principal_id"))
    ).values("tenant")[:1]
    targets: tuple[tuple[Scope, Any], ...] = (
        (Scope.PRINCIPAL, OuterRef("principal_id")),
        (Scope.EVERYTHING, Value("")),
        (Scope.CREDENTIAL, OuterRef("credential_id")),
        (Scope.CLIENT, OuterRef("client_id")),
        (Scope.TENANT, Subquery(tenant)),
    )
    return [Exists(_entries(scope, target)) for scope, target in targets]


def _entries(scope: Scope, target: Any) -> QuerySet[Any]:
    named: QuerySet[Any] = Revocation._default_manager.filter(
        realm=OuterRef("realm"),
        scope=scope.value,
        target=target,
        kind=Kind.END.value,
        seq__gt=OuterRef("issued_seq"),
    )
    kept = Q(keep__isnull=True) | ~Q(keep=OuterRef("id"))
    return named.alias(sessions=F("what").bitand(What.SESSIONS.value)).filter(kept, sessions__gt=0)


def _is_within(now: int) -> Q:
    idle_at = F("last_seen") + F("idle")
    return Q(expires_at__gt=now) & (Q(idle__isnull=True) | Q(GreaterThan(idle_at, now)))


def _is_past(now: int) -> Q:
    idle_at = F("last_seen") + F("idle")
    return Q(expires_at__lte=now) | (Q(idle__isnull=False) & Q(LessThanOrEqual(idle_at, now)))


def _standing() -> Exists:
    standing = Principal._default_manager.filter(
        realm=OuterRef("realm"), id=OuterRef("principal_id"), active=1
    )
    return Exists(standing)
