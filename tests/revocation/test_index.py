"""The log in memory: what it ends, what it holds on to, what it no longer believes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world import entry

from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.model.session import SessionRecord
from rescind.policy.ending import ends
from rescind.revocation.index import RevocationIndex, keys_of


def record(issued_seq: int = 0, **facts: str | None) -> SessionRecord:
    return SessionRecord(
        id=facts.get("id") or "s1",
        digest=b"",
        realm="default",
        principal_id="ada",
        birth="b",
        issued_seq=issued_seq,
        method="password",
        created_at=0,
        auth_time=0,
        last_seen=0,
        expires_at=1,
        credential_id=facts.get("credential_id"),
        client_id=facts.get("client_id"),
    )


def keys(one: SessionRecord, tenant: str | None = None) -> tuple[tuple[str, str], ...]:
    return keys_of(one.id, one.principal_id, tenant, one.credential_id, one.client_id)


def index_of(*entries: LogEntry, most: int = 1000) -> RevocationIndex:
    index = RevocationIndex("default", most)
    for one in entries:
        index.apply(one)
    index.believe("b", 0)
    return index


def test_an_end_ends_what_was_issued_before_it() -> None:
    """Mutation: ``issued_seq`` read at the insert."""
    tables = index_of(entry(seq=7)).tables
    assert tables.ended(keys(record(6)), 6, "s1")
    assert not tables.ended(keys(record(7)), 7, "s1"), "issued after it"


def test_keep_and_what_are_respected() -> None:
    index = index_of(entry(seq=3, keep="s1"), entry("bob", seq=4, what=What.KEYS))
    assert not index.tables.ended(keys(record()), 0, "s1")
    assert index.tables.ended(keys(record(id="s2")), 0, "s2")
    assert not index.tables.ended((("principal", "bob"),), 0, "s9"), "keys end, sessions go on"


def test_targets_are_equal_or_not_never_prefixes() -> None:
    tables = index_of(entry("app", scope=Scope.TENANT, seq=1)).tables
    assert tables.ended(keys(record(), "app"), 0, "s1")
    assert not tables.ended(keys(record(), "app2"), 0, "s1")
    assert not tables.ended(keys(record(), "ap"), 0, "s1")


def test_another_realm_is_none_of_its_business() -> None:
    import dataclasses

    index = index_of(dataclasses.replace(entry(seq=1), realm="other"))
    assert index.tables.size == 0


def test_changed_is_measured_against_the_stamp() -> None:
    """Mutation: fill without stamp."""
    tables = index_of(entry(kind=Kind.CHANGED, seq=5)).tables
    assert tables.changed_after(keys(record()), 4)
    assert not tables.changed_after(keys(record()), 5)
    assert not tables.ended(keys(record()), 0, "s1")


def test_the_newest_per_target_and_the_newest_with_another_exception_suffice() -> None:
    index = index_of(*(entry(seq=n) for n in range(1, 6)), entry(seq=6, keep="s1"), entry(seq=7, keep="s1"))
    assert [one.seq for one in index.tables.ends["principal", "ada"]] == [5, 7]
    assert index.tables.size == 2


def test_beyond_its_bound_the_floor_rises_and_nothing_is_accepted_for_it() -> None:
    index = RevocationIndex("default", 4)
    for n in range(1, 10):
        index.apply(entry(f"p{n}", seq=n))
        assert index.tables.size <= 4
        for target in range(1, n + 1):
            forgotten = not index.tables.ended((("principal", f"p{target}"),), 0, "s")
            assert not forgotten or index.tables.floor >= target, "forgotten, and records of before believed"


def test_trimming_swaps_tables_and_leaves_the_old_ones_whole() -> None:
    index = RevocationIndex("default", 2)
    index.apply(entry("a", seq=1))
    index.apply(entry("b", seq=2))
    held = index.tables
    index.apply(entry("c", seq=3))
    assert index.tables is not held
    assert held.ended((("principal", "a"),), 0, "s"), "a check that holds them sees one consistent state"


def test_tables_that_are_being_filled_belong_to_no_log() -> None:
    index = index_of(entry(seq=1))
    assert index.tables.birth == "b"
    index.reset()
    assert (index.tables.birth, index.tables.size) == ("", 0)
    index.apply(entry(seq=1))
    assert index.tables.birth == ""
    index.believe("b2", 9)
    assert (index.tables.birth, index.tables.floor) == ("b2", 9)


def test_the_floor_never_sinks_within_a_log() -> None:
    index = index_of()
    index.believe("b", 9)
    index.believe("b", 3)
    assert index.tables.floor == 9


scopes = st.sampled_from([Scope.SESSION, Scope.CREDENTIAL, Scope.PRINCIPAL, Scope.CLIENT, Scope.TENANT])
some = st.sampled_from(["s1", "s2", "ada", "t", "c"])


@st.composite
def logs(draw: st.DrawFn) -> list[LogEntry]:
    count = draw(st.integers(0, 12))
    return [
        entry(
            draw(some),
            scope=draw(scopes),
            kind=draw(st.sampled_from(list(Kind))),
            seq=seq,
            what=draw(st.sampled_from([What.SESSIONS, What.KEYS, What.ALL])),
            keep=draw(st.sampled_from([None, "s1", "s2"])),
        )
        for seq in range(1, count + 1)
    ]


@settings(max_examples=150, deadline=None)
@given(log=logs(), issued=st.integers(0, 12), most=st.integers(1, 6))
def test_says_what_the_policy_says_or_sends_to_the_row(log: list[LogEntry], issued: int, most: int) -> None:
    """Never accepts what an entry ends, however small it is, unless the record is sent to be read again."""
    one = record(issued, id="s1", credential_id="c", client_id="c")
    log = [e for e in log if e.scope is not Scope.SESSION or e.what & What.SESSIONS]
    tables = index_of(*log, most=most).tables
    truly = any(ends(e, one, "t") for e in log)
    said = tables.ended(keys(one, "t"), issued, "s1")
    assert said or not truly or tables.floor > issued or any(e.seq <= tables.floor for e in log)
    assert truly or not said, "nothing is ended that the log does not end"
