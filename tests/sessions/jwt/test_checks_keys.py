"""The end of a signing key ends all that it ever signed, and all that anybody will ever sign with it."""

from __future__ import annotations

import pytest
from tests.sessions.jwt.forge import KEYS
from tests.sessions.jwt.house import House
from tests.world import World, append, code, entry, once_back, spy_of

from rescind.errors import StoreUnavailable
from rescind.sessions.jwt.access import AccessTokens
from rescind.sessions.jwt.keys import admit

NEW, OLD = KEYS["EdDSA"], KEYS["ES256"]


@pytest.fixture
def house(world: World) -> House:
    return House(world, NEW, OLD)


def old_issuer(house: House) -> AccessTokens:
    return AccessTokens(admit([OLD], setting="s"), issuer=house.issuer.issuer, audience=house.issuer.audience)


def test_tokens_of_a_key_end_in_memory_and_at_first_sight(house: House) -> None:
    auth, other = house.worker(), house.worker()
    session = auth.sessions.start("ada").session
    old, new = old_issuer(house), house.issuer
    known, unknown = (old.issue(house.claims(auth, session)) for _ in range(2))
    fine = new.issue(house.claims(auth, session))
    assert [code(other.check(one)) for one in (known, fine)] == ["live", "live"]
    house.end_key(auth, OLD.kid)
    for worker in (auth, other):
        assert [code(worker.check(one)) for one in (known, unknown)] == ["revoked", "revoked"]
        assert code(worker.check(fine)) == "live"
        assert code(worker.check(unknown, strict=True)) == "revoked"


def test_whoever_holds_an_ended_key_can_write_any_number_into_a_token(house: House) -> None:
    """``issued_seq`` after the end is what a thief of the key would write."""
    auth = house.worker()
    session = auth.sessions.start("ada").session
    house.end_key(auth, OLD.kid)
    head = append(auth.core.store, entry("bob"), entry("bob"))
    forged = old_issuer(house).issue(house.claims(auth, session, issued_seq=head.seq))
    assert code(auth.check(forged)) == "revoked"
    assert code(house.worker(joined=False).check(forged)) == "revoked"


def test_a_number_beyond_the_head_under_an_ended_key_begins_no_new_log(house: House) -> None:
    """Else whoever has the key signs everybody out, again and again."""
    auth = house.worker()
    session = auth.sessions.start("ada").session
    house.end_key(auth, OLD.kid)
    before = auth.core.store.head()
    forged = old_issuer(house).issue(house.claims(auth, session, issued_seq=before.seq + 1_000_000))
    for worker in (auth, house.worker(joined=False)):
        assert code(worker.check(forged)) == "revoked"
        assert code(worker.check(forged, strict=True)) == "revoked"
    assert auth.core.store.head() == before
    assert code(auth.check(house.leaf(auth, session))) == "live"


def test_worker_that_came_after_the_end_was_pruned_asks_the_authority(house: House) -> None:
    """The index of a worker starts with what the log still has."""
    auth = house.worker()
    session = auth.sessions.start("ada").session
    house.end_key(auth, OLD.kid)
    append(auth.core.store, *(entry("bob") for _ in range(3)))
    house.asked.clear()
    late = house.worker(max_index_entries=1)
    assert code(late.check(house.issuer.issue(house.claims(auth, session)))) == "live"
    assert late.core.index.tables.floor > 0
    assert code(late.check(old_issuer(house).issue(house.claims(auth, session)))) == "revoked"
    assert house.asked == [NEW.kid, OLD.kid]


def test_authority_is_asked_once_about_a_key_that_lives(house: House) -> None:
    auth = house.worker()
    session = auth.sessions.start("ada").session
    for _ in range(3):
        assert code(auth.check(house.leaf(auth, session))) == "live"
    assert house.asked == [NEW.kid]
    append(auth.core.store, entry("bob"))
    house.world.told()
    assert code(auth.check(house.leaf(auth, session))) == "live"
    assert house.asked == [NEW.kid]
    assert code(auth.check(old_issuer(house).issue(house.claims(auth, session)))) == "live"
    assert house.asked == [NEW.kid, OLD.kid]


def test_what_is_known_of_a_key_does_not_outlive_the_index_it_rests_on(house: House) -> None:
    """The index drops its older half, the end of the key in it: the floor is above what was known."""
    auth = house.worker(max_index_entries=4)
    session = auth.sessions.start("ada").session
    assert code(auth.check(old_issuer(house).issue(house.claims(auth, session)))) == "live"
    house.end_key(auth, OLD.kid)
    append(auth.core.store, *(entry(f"b{number}") for number in range(12)))
    auth.core.worker.renew(register=True)
    assert ("signing_key", OLD.kid) not in auth.core.index.tables.ends
    assert code(auth.check(old_issuer(house).issue(house.claims(auth, session)))) == "revoked"
    assert code(auth.check(house.leaf(auth, session))) == "live"


def test_another_log_makes_nothing_known_of_a_key(house: House) -> None:
    auth = house.worker()
    session = auth.sessions.start("ada").session
    assert code(auth.check(house.leaf(auth, session))) == "live"
    auth.new_birth(reason="restored")
    session = auth.sessions.start("ada").session
    assert code(auth.check(house.leaf(auth, session))) == "live"
    assert house.asked == [NEW.kid, NEW.kid]


def test_authority_that_does_not_say_whether_a_key_lives(house: House) -> None:
    auth = house.worker()
    session = auth.sessions.start("ada").session
    spy_of(auth).failing("find_entry", StoreUnavailable("down"))
    token = house.leaf(auth, session)
    assert [code(auth.check(token)) for _ in range(2)] == ["store_unavailable"] * 2
    spy_of(auth).works("find_entry")
    assert code(once_back(auth, token)) == "live"


def test_strict_worker_asks_every_time_that_it_reads(house: House) -> None:
    auth = house.worker(lease=0)
    session = auth.sessions.start("ada").session
    token = house.leaf(auth, session)
    assert [code(auth.check(token)) for _ in range(2)] == ["live", "live"]
    house.end_key(auth, NEW.kid)
    assert code(auth.check(token)) == "revoked"
