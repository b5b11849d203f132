"""Refreshing: one winner, the same successor for the others, reuse ends the family, nothing but digests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.flows.house import CHEAP, Broken, House, WatchedStore, refusal_of

from rescind._clock import SECOND
from rescind._tokens import digest_of
from rescind.credentials.password import Passwords
from rescind.errors import NoSigningKey
from rescind.flows.context import FlowContext
from rescind.flows.refresh import REUSE_REASON, Refreshed, refresh
from rescind.flows.revoke import Order, revoke
from rescind.flows.rotate_session import rotate_session
from rescind.flows.start_session import Opened, start_session
from rescind.model.family import Family
from rescind.model.revocation import Kind, Scope, What
from rescind.sessions.jwt.credentials import JwtCredentials
from rescind.sessions.jwt.material import Sources, read_material
from rescind.stores.memory import MemoryStore
from rescind.testing import FakeClock
from rescind.testing.threads import race

SECRET, LATER = "0123456789abcdefghijklmnopqrstuvwxyz", "another-secret-of-thirty-six-letters"
RACERS = 20
GRACE = 30.0


def credentials(*secrets: str) -> JwtCredentials:
    sources = Sources(secrets or (SECRET,), None, ())
    return JwtCredentials(
        load=lambda: read_material(sources), realm="default", issuer="i:i", audience="a:a", life=300.0
    )


class Tokens:
    """A house whose sessions have signed tokens."""

    def __init__(self, house: House, made: JwtCredentials | None = None) -> None:
        self.house = house
        self.made = made or credentials()

    @property
    def ctx(self) -> FlowContext:
        return replace(self.house.ctx, credentials=self.made)

    def start(self, client_id: str | None = None) -> Opened:
        return start_session(self.ctx, "7", method="password", client_id=client_id)

    def refresh(self, token: str | None, *, grace: float = GRACE, last_seen: int | None = None) -> Refreshed:
        presented = self.made.read_refresh(token)
        assert presented is not None, "the token is genuine"
        return refresh(self.ctx, self.made, presented, grace=grace, last_seen=last_seen)

    def next(self, token: str | None) -> Opened:
        done = self.refresh(token)
        assert done.opened is not None
        return done.opened

    def family(self, session_id: str) -> Family:
        with self.house.store.write() as unit:
            found = unit.family(session_id)
        assert found is not None
        return found


@pytest.fixture
def tokens(house: House) -> Tokens:
    return Tokens(house)


def test_both_tokens_of_a_new_session_and_nothing_of_them_in_the_store(tokens: Tokens) -> None:
    opened = tokens.start()
    record = opened.facts.record
    family = tokens.family(record.id)
    assert opened.refresh_token is not None
    assert family.digest == record.digest == digest_of(opened.refresh_token)
    assert family.generation == 1
    claims = tokens.made.verify(opened.token, record.created_at // SECOND)
    assert (claims.session_id, claims.principal_id, claims.issued_seq) == (record.id, "7", record.issued_seq)
    assert opened.until == claims.expires_at * SECOND == family.signed_until
    assert family.signed_by == claims.kid
    everything = repr((family, record, tokens.house.events(), opened))
    assert opened.refresh_token not in everything
    assert opened.token not in everything


def test_the_next_generation(tokens: Tokens) -> None:
    opened = tokens.start(client_id="phone")
    record = opened.facts.record
    tokens.house.clock.advance(minutes=7)
    new = tokens.next(opened.refresh_token)
    now = tokens.house.judging.now()
    assert new.refresh_token not in (None, opened.refresh_token)
    assert new.token != opened.token
    family = tokens.family(record.id)
    assert (family.generation, family.rotated_at) == (2, now)
    assert family.digest == digest_of(new.refresh_token or "")
    after = tokens.house.store.facts(record.id)
    assert after is not None
    assert after.record == replace(record, last_seen=now), "activity, and nothing else of the session"
    (event,) = tokens.house.events("session.refreshed")
    assert (event.actor, event.subject) == (f"session:{record.id}", "principal:7")
    assert event.data["generation"] == 2
    claims = tokens.made.verify(new.token, now // SECOND)
    assert (claims.client_id, claims.auth_time) == ("phone", record.auth_time // SECOND)


def test_the_access_token_never_outlives_its_session(tokens: Tokens) -> None:
    opened = tokens.start()
    token = opened.refresh_token
    for _ in range(5):  # six days each, within the idle limit: the thirtieth day is the last
        tokens.house.clock.advance(days=6, seconds=-50)
        opened = tokens.next(token)
        token = opened.refresh_token
    ends = opened.facts.record.expires_at
    assert opened.until is not None
    assert ends - SECOND < opened.until <= ends
    tokens.house.clock.advance(seconds=250)
    assert refusal_of(lambda: tokens.refresh(token)).code == "expired"


def test_of_twenty_who_refresh_at_once_all_get_one_successor(tokens: Tokens) -> None:
    """Asks B1, B2: 20 parallel refreshes, 20 answers, one live successor."""
    opened = tokens.start()
    answers = race([partial(tokens.next, opened.refresh_token)] * RACERS)
    successors = {answer.refresh_token for answer in answers}
    assert len(successors) == 1
    assert len({answer.token for answer in answers}) == RACERS, "every access token is one of its own"
    assert tokens.family(opened.facts.record.id).generation == 2
    assert len(tokens.house.events("session.refreshed")) == 1
    assert len(tokens.house.events("session.refreshed_again")) == RACERS - 1
    assert tokens.next(successors.pop()).refresh_token is not None


def test_the_predecessor_gets_the_same_successor_within_the_grace_and_not_later(tokens: Tokens) -> None:
    opened = tokens.start()
    new = tokens.next(opened.refresh_token)
    tokens.house.clock.advance(seconds=GRACE - 0.001)
    again = tokens.refresh(opened.refresh_token)
    assert again.outcome == "again"
    assert again.opened is not None
    assert again.opened.refresh_token == new.refresh_token
    tokens.house.clock.advance(seconds=0.001)
    assert tokens.refresh(opened.refresh_token).outcome == "reuse"


def test_reuse_ends_the_family_and_everybody_hears_of_it(tokens: Tokens) -> None:
    """Asks B3: R1, R2, R3 inside the grace: R2 is grace, R1 is reuse."""
    first = tokens.start()
    other = tokens.start()
    second = tokens.next(first.refresh_token)
    third = tokens.next(second.refresh_token)
    assert tokens.next(second.refresh_token).refresh_token == third.refresh_token
    session_id = first.facts.record.id
    done = tokens.refresh(first.refresh_token)
    assert (done.outcome, done.opened) == ("reuse", None)
    assert done.entry is not None
    assert (done.entry.kind, done.entry.scope, done.entry.target) == (Kind.END, Scope.SESSION, session_id)
    (event,) = tokens.house.events("refresh.reused")
    assert (event.outcome, event.reason) == ("refused", REUSE_REASON)
    assert (event.data["generation"], event.data["presented"]) == (3, 1)
    for one in (first, second, third):
        assert refusal_of(partial(tokens.refresh, one.refresh_token)).code == "revoked"
    assert tokens.house.verdict(session_id) == "revoked"
    assert tokens.refresh(other.refresh_token).outcome == "next", "the other session of the person goes on"
    assert len(tokens.house.events("refresh.reused")) == 1, "it ended once"


Ending = Callable[[Tokens, Opened], object]
ENDINGS: dict[str, tuple[Ending, str]] = {
    "session": (lambda t, o: t.house.end(Scope.SESSION, o.facts.record.id), "revoked"),
    "principal": (lambda t, o: t.house.end(Scope.PRINCIPAL, "7"), "revoked"),
    "client": (lambda t, o: t.house.end(Scope.CLIENT, "phone"), "revoked"),
    "everything": (lambda t, o: t.house.end(Scope.EVERYTHING, ""), "revoked"),
    "suspended": (lambda t, o: t.house.disable("7"), "principal_disabled"),
    "idle": (lambda t, o: t.house.clock.advance(days=7), "idle"),
    "rotated": (lambda t, o: rotate_session(t.ctx, o.facts.record.id), "superseded"),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_what_ends_a_session_ends_its_refresh_tokens(tokens: Tokens, how: str) -> None:
    opened = tokens.next(tokens.start(client_id="phone").refresh_token)
    end, code = ENDINGS[how]
    end(tokens, opened)
    rows = tokens.family(opened.facts.record.id), len(tokens.house.events())
    assert refusal_of(lambda: tokens.refresh(opened.refresh_token)).code == code
    assert (tokens.family(opened.facts.record.id), len(tokens.house.events())) == rows, "nothing was written"


def test_activity_that_was_not_written_yet_counts(tokens: Tokens) -> None:
    opened = tokens.start()
    tokens.house.clock.advance(days=6)
    seen = tokens.house.judging.now()
    tokens.house.clock.advance(days=2)
    assert refusal_of(lambda: tokens.refresh(opened.refresh_token)).code == "idle"
    assert tokens.refresh(opened.refresh_token, last_seen=seen).outcome == "next"


def test_the_child_is_issued_at_the_head_that_its_session_was_judged_by(house: House) -> None:
    """And not at a later one: what commits between the judgement and the answer ends the child."""
    tokens = Tokens(house)
    opened = tokens.start()
    house.end(Scope.PRINCIPAL, "somebody else")
    house.clock.advance(seconds=1)
    head = house.store.head()
    new = tokens.next(opened.refresh_token)
    claims = tokens.made.verify(new.token, house.judging.now() // SECOND)
    assert claims.issued_seq == head.seq
    after = house.store.facts(opened.facts.record.id)
    assert after is not None
    assert after.record.issued_seq == opened.facts.record.issued_seq, "the row's own number never moves"


def test_a_restored_backup_is_told_by_a_token_from_its_future(tokens: Tokens) -> None:
    opened = tokens.start()
    session_id = opened.facts.record.id
    future = tokens.made.ready().refresh.make(session_id, 5)
    done = tokens.refresh(future)
    assert (done.outcome, done.opened, done.entry) == ("ahead", None, None)
    assert tokens.family(session_id).generation == 1


def test_a_session_without_a_family_has_nothing_to_refresh(tokens: Tokens) -> None:
    plain = start_session(tokens.house.ctx, "7", method="password")
    made = tokens.made.ready().refresh.make(plain.facts.record.id, 1)
    assert refusal_of(lambda: tokens.refresh(made)).code == "revoked"
    unknown = tokens.made.ready().refresh.make("f" * 24, 1)
    assert refusal_of(lambda: tokens.refresh(unknown)).code == "revoked"


def test_workers_with_old_and_new_secrets_answer_alike(house: House) -> None:
    before, after = Tokens(house, credentials(SECRET, LATER)), Tokens(house, credentials(LATER, SECRET))
    opened = before.start()
    new = before.next(opened.refresh_token)
    assert after.next(opened.refresh_token).refresh_token == new.refresh_token
    assert before.next(after.next(new.refresh_token).refresh_token).refresh_token is not None


def test_a_secret_that_this_worker_lacks_is_no_reason_to_sign_anybody_out(house: House) -> None:
    opened = Tokens(house).start()
    Tokens(house, credentials(LATER, SECRET)).next(opened.refresh_token)
    refused = refusal_of(lambda: Tokens(house).refresh(opened.refresh_token))
    assert (refused.code, refused.retry_after) == ("store_unavailable", 1)
    assert "secret=" in refused.detail


def test_an_ended_key_signs_nothing_and_the_next_one_does(house: House) -> None:
    tokens = Tokens(house, credentials(SECRET, LATER))
    first, second = tokens.made.ready().access.keys.signers
    opened = tokens.start()
    assert tokens.family(opened.facts.record.id).signed_by == first.kid
    end_key(tokens, first.kid)
    new = tokens.next(opened.refresh_token)
    assert tokens.family(opened.facts.record.id).signed_by == second.kid
    again = tokens.next(opened.refresh_token)
    assert tokens.made.verify(again.token, house.judging.now() // SECOND).kid == second.kid
    end_key(tokens, second.kid)
    with pytest.raises(NoSigningKey, match="put a new one first in signing_keys"):
        tokens.refresh(new.refresh_token)
    with pytest.raises(NoSigningKey):
        tokens.start()
    assert tokens.family(opened.facts.record.id).generation == 2, "nothing was spent"


def end_key(tokens: Tokens, kid: str) -> None:
    revoke(tokens.ctx, Order(f"end {kid}", Scope.SIGNING_KEY, kid, What.SESSIONS, "leaked", "system"))


@pytest.mark.parametrize("step", ["rotate_family", "audit", "end_counted", "append"])
def test_a_fault_in_the_middle_leaves_everything_as_it_was(
    house: House, watched: WatchedStore, step: str
) -> None:
    tokens = Tokens(house)
    first = tokens.start()
    second = tokens.next(first.refresh_token)
    third = tokens.next(second.refresh_token)
    before = tokens.family(first.facts.record.id), house.events()
    watched.breaks = step
    spent = third if step in ("rotate_family", "audit") else first  # a refresh, or reuse
    with pytest.raises(Broken):
        tokens.refresh(spent.refresh_token)
    watched.breaks = None
    assert (tokens.family(first.facts.record.id), house.events()) == before
    assert tokens.refresh(third.refresh_token).outcome == "next"


# Who refreshes: presents one of the tokens handed out so far (an index from the end), after milliseconds.
steps = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 40_000)), max_size=25)


@settings(max_examples=60)
@given(steps)
def test_exactly_one_unspent_leaf_in_every_interleaving(moves: list[tuple[int, int]]) -> None:
    """Beside a model of five lines: what the flow answers, and what is then in the store."""
    clock = FakeClock()
    tokens = Tokens(House(MemoryStore(), clock, Passwords(CHEAP)))
    opened = tokens.start()
    handed, since, alive = [opened.refresh_token], 0, True
    for back, pause in moves:
        clock.advance(seconds=pause / 1000)
        since += pause
        presented = handed[-min(back + 1, len(handed))]
        age = len(handed) - 1 - handed.index(presented)
        if not alive:
            assert refusal_of(partial(tokens.refresh, presented)).code == "revoked"
            continue
        done = tokens.refresh(presented)
        if age == 0:
            assert done.outcome == "next" and done.opened is not None
            handed.append(done.opened.refresh_token)
            since = 0
        elif age == 1 and since < 1000 * GRACE:
            assert done.outcome == "again" and done.opened is not None
            assert done.opened.refresh_token == handed[-1]
        else:
            assert done.outcome == "reuse"
            alive = False
        family = tokens.family(opened.facts.record.id)
        assert family.digest == digest_of(handed[-1] or "")
        assert family.generation == len(handed) == len(set(handed))
