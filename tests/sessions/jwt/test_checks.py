"""Access tokens under the lease: accepted from memory, and taken back before the next request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.sessions.jwt.forge import KEYS, b64, forged, header
from tests.sessions.jwt.house import LIFE, House, verified
from tests.world import World, code, spy_of

from rescind import Refused, Rescind, Session
from rescind.errors import StoreUnavailable
from rescind.revocation.cache import HOT

Act = Callable[[Rescind[Any], Session[Any]], object]


@pytest.fixture
def house(world: World) -> House:
    return House(world)


def signed_in(auth: Rescind[Any], **more: Any) -> Session[Any]:
    auth.principals.set("ada", tenant="acme", roles=["reader"], reason="for a test")
    issued = auth.sessions.start("ada", credential="card", client="cli", **more)
    found: Session[Any] = issued.session
    return found


def test_token_says_who_and_the_row_says_the_rest(house: House) -> None:
    auth = house.worker()
    session = signed_in(auth)
    found = auth.check(house.leaf(auth, session))
    assert isinstance(found, Session)
    assert (found.id, found.principal_id, found.roles, found.tenant) == (
        session.id,
        "ada",
        ("reader",),
        "acme",
    )
    assert found.created_at == session.created_at
    assert found.expires_at < session.expires_at
    assert found.expires_at - found.created_at <= timedelta(seconds=LIFE)


def test_signature_is_looked_at_once_and_then_memory_answers(house: House) -> None:
    auth = house.worker()
    token = house.leaf(auth, signed_in(auth))
    assert code(auth.check(token)) == "live"
    assert (verified(auth), spy_of(auth).calls["facts"]) == (1, 1)
    spy_of(auth).calls.clear()
    for _ in range(100):
        assert code(auth.check(token)) == "live"
    assert verified(auth) == 1
    assert spy_of(auth).quiet()
    assert code(auth.check(token, strict=True)) == "live"
    assert verified(auth) == 1
    assert spy_of(auth).calls["unchanged"] == 1


ENDS: dict[str, Act] = {
    "session": lambda auth, session: auth.revoke(session=session, reason="r"),
    "session by id": lambda auth, session: auth.revoke(session=session.id, reason="r"),
    "credential": lambda auth, _: auth.revoke(credential="card", reason="r"),
    "principal": lambda auth, _: auth.revoke(principal="ada", reason="r"),
    "client": lambda auth, _: auth.revoke(client="cli", reason="r"),
    "tenant": lambda auth, _: auth.revoke(tenant="acme", reason="r"),
    "everything": lambda auth, _: auth.revoke(everything=True, confirm="default", reason="r"),
    "a new log": lambda auth, _: auth.new_birth(reason="restored"),
}


@pytest.mark.parametrize("end", ENDS)
def test_every_scope_ends_tokens_in_memory_and_tokens_never_seen(house: House, end: str) -> None:
    auth, other = house.worker(), house.worker()
    session = signed_in(auth)
    known, unknown = house.leaf(auth, session), house.leaf(auth, session)
    assert code(auth.check(known)) == code(other.check(known)) == "live"
    ENDS[end](auth, session)
    later = house.claims(auth, session)  # whoever signs on, at a head after the end
    for worker in (auth, other):
        assert code(worker.check(known)) in ("revoked", "superseded")
        assert code(worker.check(unknown)) in ("revoked", "superseded")
        assert code(worker.check(house.issuer.issue(later))) in ("revoked", "superseded")
        assert code(worker.check(known, strict=True)) in ("revoked", "superseded")


def test_neighbours_live_on(house: House) -> None:
    auth, other = house.worker(), house.worker()
    ada, bob = signed_in(auth), auth.sessions.start("bob").session
    mine, theirs = house.leaf(auth, ada), house.leaf(auth, bob)
    second = house.leaf(auth, auth.sessions.start("ada").session)
    assert [code(other.check(one)) for one in (mine, theirs, second)] == ["live"] * 3
    auth.revoke(session=ada, reason="r")
    assert [code(other.check(one)) for one in (mine, theirs, second)] == ["revoked", "live", "live"]


def test_kept_session_keeps_its_tokens(house: House) -> None:
    auth, other = house.worker(), house.worker()
    here, there = signed_in(auth), signed_in(auth)
    mine, theirs = house.leaf(auth, here), house.leaf(auth, there)
    assert code(other.check(mine)) == code(other.check(theirs)) == "live"
    auth.revoke(principal="ada", keep=here, reason="sign out everywhere but here")
    assert (code(other.check(mine)), code(other.check(theirs))) == ("live", "revoked")
    assert code(other.check(house.leaf(auth, here))) == "live"


def test_changed_standing_is_read_again_without_a_new_token(house: House) -> None:
    auth, other = house.worker(), house.worker()
    token = house.leaf(auth, signed_in(auth))
    assert code(other.check(token)) == "live"
    auth.principals.set("ada", roles=["finance"], reason="promoted")
    found = other.check(token)
    assert isinstance(found, Session)
    assert found.roles == ("finance",)
    # Where the barrier waited for it until it was retired, a worker begins again with an empty memory; it may
    # have read the row before it does.
    assert verified(other) in ((1, 2) if other.core.store.capabilities.lease_alone else (1,))
    auth.principals.set("ada", active=False, reason="suspended")
    assert code(other.check(token)) == "principal_disabled"
    auth.principals.set("ada", active=True, reason="back")
    assert code(other.check(token)) == "live"
    auth.principals.set("ada", tenant="other", reason="moved")
    assert code(other.check(token, tenant="acme")) == "wrong_tenant"


def test_token_asked_for_by_another_tenant_is_refused_wherever_it_is_answered(house: House) -> None:
    """At first sight, from memory, and when the authority is read: a tenant is asked about each time."""
    auth = house.worker()
    session = signed_in(auth)
    unseen, known = house.leaf(auth, session), house.leaf(auth, session)
    assert code(auth.check(unseen, tenant="other")) == "wrong_tenant"
    assert [code(auth.check(known, tenant="acme")) for _ in range(2)] == ["live", "live"]
    spy_of(auth).calls.clear()
    assert code(auth.check(known, tenant="acm")) == "wrong_tenant"
    assert code(auth.check(known, tenant="acme")) == code(auth.check(known)) == "live"
    assert spy_of(auth).quiet(), "all of that was said from memory"
    assert code(auth.check(known, strict=True, tenant="other")) == "wrong_tenant"
    assert code(auth.check(known, strict=True, tenant="acme")) == "live"
    assert code(auth.check(known, tenant="other")) == "wrong_tenant"


def test_token_ends_before_its_session_and_that_is_not_final(house: House) -> None:
    auth = house.worker()
    session = signed_in(auth)
    token = house.leaf(auth, session)
    assert code(auth.check(token)) == "live"
    house.world.clock.advance(seconds=LIFE)
    for _ in range(2):
        assert code(auth.check(token)) == "expired"
        assert code(auth.check(token, strict=True)) == "expired"
    assert code(auth.check(house.leaf(auth, session))) == "live"
    auth.revoke(session=session, reason="r")
    assert code(auth.check(token)) == "revoked"


def test_last_second_of_a_token(house: House) -> None:
    auth = house.worker()
    token = house.leaf(auth, signed_in(auth))
    house.world.clock.advance(seconds=LIFE - 1)
    assert code(auth.check(token)) == "live"
    house.world.clock.advance(seconds=1)
    assert code(auth.check(token)) == "expired"


def test_session_that_ends_before_the_token(house: House) -> None:
    auth = house.worker(absolute="60s", idle=None)
    token = house.leaf(auth, signed_in(auth))
    found = auth.check(token)
    assert isinstance(found, Session)
    assert found.expires_at - found.created_at == timedelta(seconds=60)
    house.world.clock.advance(seconds=60)
    assert code(auth.check(token)) == "expired"


def test_use_of_a_token_is_activity_of_its_session(house: House) -> None:
    auth = house.worker(idle="200s")
    session = signed_in(auth)
    token = house.leaf(auth, session)
    for _ in range(2):
        house.world.clock.advance(seconds=120)
        assert code(auth.check(token)) == "live"
        auth.core.touches.flush()
    house.world.clock.advance(seconds=201)
    assert code(auth.check(house.leaf(auth, session))) == "idle"


# -- what a token says of itself, against the log ------------------------------------------------------------


def test_token_of_another_log(house: House) -> None:
    auth = house.worker()
    session = signed_in(auth)
    assert code(auth.check(house.leaf(auth, session, birth="0" * 32))) == "superseded"


def test_token_older_than_the_log_remembers(house: House) -> None:
    """Below the floor nothing is believed; its session is alive and gives it another."""
    auth = house.worker()
    session = signed_in(auth)
    old = house.claims(auth, session, issued_seq=0)
    for _ in range(4):
        auth.principals.set("bob", roles=[], reason="noise")
    house.world.clock.advance(days=2)
    auth.prune()
    assert auth.core.store.head().floor > 0
    now = auth.core.time.now() // 1_000_000
    stale = house.leaf(auth, session, issued_seq=old.issued_seq, issued_at=now, expires_at=now + 9)
    for strict in (False, True):
        refused = auth.check(stale, strict=strict)
        assert isinstance(refused, Refused)
        assert (refused.code, refused.renewable) == ("expired", True)
    assert code(auth.check(house.leaf(auth, session))) == "live"


def test_token_from_beyond_the_head_shows_that_the_log_went_backwards(house: House) -> None:
    """B2: a restored backup. The token is genuine, so its number was taken once."""
    auth = house.worker()
    session = signed_in(auth)
    head = auth.core.store.head()
    token = house.leaf(auth, session, issued_seq=head.seq + 5)
    assert code(auth.check(token)) == "superseded"
    reborn = auth.core.store.head()
    assert reborn.birth != head.birth
    assert reborn.seq > head.seq + 5


def test_token_of_a_session_of_somebody_else(house: House) -> None:
    auth = house.worker()
    session = signed_in(auth)
    assert code(auth.check(house.leaf(auth, session, principal_id="root"))) == "revoked"
    assert code(auth.check(house.leaf(auth, session, session_id="f" * 24))) == "revoked"
    assert code(auth.check(house.leaf(auth, session))) == "live"


def test_token_of_another_realm(house: House) -> None:
    theirs = house.worker(realm="other")
    session = theirs.sessions.start("ada").session
    assert code(house.worker().check(house.leaf(theirs, session))) == "revoked"


# -- what is no access token ---------------------------------------------------------------------------------


def test_secret_of_the_row_opens_nothing(house: House) -> None:
    """A refresh token sent as bearer: not even after the session was judged without its token."""
    auth = house.worker()
    issued = auth.sessions.start("ada")
    assert code(auth.check(issued.token)) == "malformed"
    assert auth.recheck(issued.session).id == issued.session.id
    assert auth.sessions.get(issued.session.id).id == issued.session.id
    spy_of(auth).calls.clear()
    assert auth.recheck(issued.session).id == issued.session.id
    assert spy_of(auth).quiet()
    for text in (issued.token, f"session {issued.session.id}", issued.session.id):
        assert code(auth.check(text)) == "malformed"
        assert code(auth.check(text, strict=True)) == "malformed"


@pytest.mark.parametrize("text", [None, "", "x", "a.b.c", "a" * 5000, "\ud800.a.b", "é" * 100])
def test_junk_touches_no_store(house: House, text: str | None) -> None:
    auth = house.worker()
    spy_of(auth).calls.clear()
    for strict in (False, True):
        assert code(auth.check(text, strict=strict)) == ("malformed" if text else "missing")
    assert spy_of(auth).quiet()


def test_forged_token_touches_no_store_and_stays_unremembered(house: House) -> None:
    auth = house.worker()
    good = house.leaf(auth, signed_in(auth))
    stranger = forged(KEYS["ES256"], header(KEYS["EdDSA"]))
    spy_of(auth).calls.clear()
    for text in (stranger, good[:-4] + "AAAA", good + "=", good.upper()):
        assert code(auth.check(text)) == "malformed"
    assert spy_of(auth).quiet()


def test_no_spelling_of_a_revoked_token_lives(house: House) -> None:
    """Standards 9: a list of revoked texts is bypassed by another text of the same token."""
    auth = House(house.world, KEYS["ES256"])
    worker = auth.worker()
    session = signed_in(worker)
    token = auth.leaf(worker, session)
    assert code(worker.check(token)) == "live"
    worker.revoke(session=session, reason="r")
    head, body, signature = token.split(".")
    last = {
        signature[:-1] + char for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    }
    spellings = [token, f"{token}=", f"{token}==", *(f"{head}.{body}.{one}" for one in last)]
    spellings += [forged(KEYS["ES256"], header(KEYS["ES256"]) | {"x": 1}), f"{head}.{body}.{b64(bytes(64))}"]
    assert {code(worker.check(one)) for one in spellings} == {"revoked", "malformed"}


def test_unreachable_authority(house: House) -> None:
    auth = house.worker()
    session = signed_in(auth)
    known, unknown = house.leaf(auth, session), house.leaf(auth, session)
    assert code(auth.check(known)) == "live"
    spy_of(auth).failing("facts", StoreUnavailable("down"))
    assert code(auth.check(known)) == "live"
    refused = auth.check(unknown)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.retry_after) == ("store_unavailable", 1)


def test_cold_record_needs_no_second_look_at_the_signature(house: House) -> None:
    auth = house.worker()
    session = signed_in(auth)
    token = house.leaf(auth, session)
    assert code(auth.check(token)) == "live"
    cache = auth.core.cache
    for number in range(HOT + 1):  # as many others as push it out of the hot tier
        cache._heat(number.to_bytes(32, "big"), next(iter(cache.hot.values())))
    spy_of(auth).calls.clear()
    assert code(auth.check(token)) == "live"
    assert (verified(auth), spy_of(auth).calls["facts"]) == (1, 0)
    house.end_key(auth, KEYS["EdDSA"].kid)
    assert code(auth.check(token)) == "revoked"
