"""What an entry ends, as properties over all combinations of scope, target, order and exception."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.model.session import SessionRecord
from rescind.policy.ending import dominates, ends, is_wide, names, names_sessions, targets

NAMES = st.sampled_from(["a", "aa", "A", "s1", "s2"])
SEQS = st.integers(min_value=0, max_value=4)
TENANTS = st.none() | NAMES

entries = st.builds(
    LogEntry,
    id=st.uuids().map(str),
    kind=st.sampled_from(Kind),
    realm=st.sampled_from(["r", "rr"]),
    scope=st.sampled_from(Scope),
    target=NAMES | st.just(""),
    what=st.integers(0, 7).map(What),
    reason=st.just("test"),
    initiator=st.just("system"),
    at=st.just(0),
    keep=st.none() | NAMES,
    seq=SEQS,
)
records = st.builds(
    SessionRecord,
    id=NAMES,
    digest=st.just(b""),
    realm=st.sampled_from(["r", "rr"]),
    principal_id=NAMES,
    birth=st.just("b"),
    issued_seq=SEQS,
    method=st.just("password"),
    created_at=st.just(0),
    auth_time=st.just(0),
    last_seen=st.just(0),
    expires_at=st.just(1),
    credential_id=st.none() | NAMES,
    client_id=st.none() | NAMES,
)
# A pair that matches is rare by chance: half of the time the entry is aimed at the record.
aimed = st.tuples(entries, records, TENANTS).flatmap(
    lambda drawn: st.sampled_from(list(targets(drawn[1], drawn[2]))).map(
        lambda pair: (
            replace(drawn[0], realm=drawn[1].realm, scope=pair[0], target=pair[1]),
            drawn[1],
            drawn[2],
        )
    )
)
cases = aimed | st.tuples(entries, records, TENANTS)


def expected(entry: LogEntry, record: SessionRecord, tenant: str | None) -> bool:
    """The rule once more, scope by scope, as the protocol's text has it."""
    if entry.kind is not Kind.END or entry.realm != record.realm:
        return False
    if entry.seq <= record.issued_seq or entry.keep == record.id:
        return False
    if entry.scope is Scope.SESSION:
        return entry.target == record.id
    hit = {
        Scope.CREDENTIAL: record.credential_id == entry.target,
        Scope.GRANT: False,
        Scope.PRINCIPAL: record.principal_id == entry.target,
        Scope.CLIENT: record.client_id == entry.target,
        Scope.TENANT: tenant == entry.target,
        Scope.SIGNING_KEY: False,
        Scope.EVERYTHING: entry.target == "",
    }[entry.scope]
    return hit and bool(entry.what & What.SESSIONS)


@given(cases)
def test_ends_is_the_rule_of_the_protocol(case: tuple[LogEntry, SessionRecord, str | None]) -> None:
    assert ends(*case) is expected(*case)


@given(aimed)
def test_an_aimed_end_of_everything_without_exception_ends_what_was_issued_before(
    case: tuple[LogEntry, SessionRecord, str | None],
) -> None:
    entry, record, tenant = case
    full = replace(entry, kind=Kind.END, what=What.ALL, keep=None, seq=record.issued_seq + 1)
    assert ends(full, record, tenant)
    assert not ends(replace(full, seq=record.issued_seq), record, tenant), (
        "issued at k or later is not ended by k"
    )
    assert not ends(replace(full, keep=record.id), record, tenant)
    assert not ends(replace(full, kind=Kind.CHANGED), record, tenant)
    assert not ends(replace(full, realm=record.realm + "x"), record, tenant)
    assert names(replace(full, kind=Kind.CHANGED), record, tenant), (
        "a change of the same target still concerns it"
    )


@given(aimed)
def test_equality_never_prefixes(case: tuple[LogEntry, SessionRecord, str | None]) -> None:
    entry, record, tenant = case
    longer = replace(entry, target=entry.target + "2")
    if (longer.scope, longer.target) not in targets(record, tenant):
        assert not ends(longer, record, tenant)


@given(records)
def test_no_tenant_is_not_the_tenant_without_a_name(record: SessionRecord) -> None:
    entry = LogEntry("x", Kind.END, record.realm, Scope.TENANT, "", What.ALL, "r", "system", 0, seq=9)
    assert not ends(entry, record, None)


@given(cases, entries, st.booleans())
def test_what_a_dominated_entry_ends_is_ended_by_the_newer_one(
    case: tuple[LogEntry, SessionRecord, str | None], other: LogEntry, same_target: bool
) -> None:
    older, record, tenant = case
    newer = (
        replace(other, realm=older.realm, scope=older.scope, target=older.target) if same_target else other
    )
    if dominates(newer, older) and ends(older, record, tenant):
        assert ends(newer, record, tenant)


@given(entries, entries)
def test_domination_is_an_order(one: LogEntry, two: LogEntry) -> None:
    assert not dominates(one, one)
    assert not (dominates(one, two) and dominates(two, one))


@given(entries)
def test_a_newer_entry_with_another_exception_does_not_replace(entry: LogEntry) -> None:
    older = replace(entry, kind=Kind.END, keep=None)
    assert dominates(replace(older, seq=older.seq + 1), older)
    assert not dominates(replace(older, seq=older.seq + 1, keep="s9"), older)


@given(entries)
def test_wide_means_an_end_beyond_one_row(entry: LogEntry) -> None:
    assert is_wide(entry) == (entry.kind is Kind.END and entry.scope not in (Scope.SESSION, Scope.GRANT))


@given(cases)
def test_whoever_names_a_session_can(case: tuple[LogEntry, SessionRecord, str | None]) -> None:
    entry, record, tenant = case
    assert names_sessions(entry) or not names(entry, record, tenant)
    assert names_sessions(replace(entry, scope=Scope.EVERYTHING, target="")), "everything of a realm"
    assert not names_sessions(replace(entry, scope=Scope.EVERYTHING, target="contents"))
