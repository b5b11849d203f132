"""What the log alone answers: whether it still has a revocation, whatever has become of Redis."""

from __future__ import annotations

from sqlalchemy import create_engine
from tests.stores.contents.house import House

from rescind import Receipt, Rescind
from rescind.stores.contents.births import birth_of_log


def lose(url: str, seq: int) -> None:
    """What a standby that takes over lacks: the last entry, and its number."""
    engine = create_engine(url)
    with engine.begin() as connection:
        gone = connection.exec_driver_sql(f"DELETE FROM rescind_revocation WHERE seq = {seq}")
        assert gone.rowcount == 1
        connection.exec_driver_sql(f"UPDATE rescind_meta SET seq = {seq - 1}")
    engine.dispose()


def revoked(auth: Rescind[str]) -> Receipt:
    auth.sessions.start("ada")
    return auth.revoke(principal="ada", reason="x", wait=False)


def birth(auth: Rescind[str]) -> str:
    return birth_of_log(auth.core.store.head().birth)


def test_a_revocation_that_the_log_has_lost_is_noticed_while_redis_is_away(
    postgres: str, site: House
) -> None:
    """An asynchronous failover, and Redis with it: what is asked is the log, not the contents."""
    site.url = postgres
    auth = site.engine()
    receipt = revoked(auth)
    before, seq = birth(auth), auth.core.store.head().seq
    site.server.kill()
    lose(postgres, seq)
    assert receipt.complete().state == "final"
    assert receipt.proof == "term"
    assert any("went backwards" in who for who in receipt.outside)
    assert birth(auth) != before, "everything that the old log issued is refused"


def test_and_when_contents_have_begun_anew_meanwhile(postgres: str, site: House) -> None:
    site.url = postgres
    auth = site.engine()
    receipt = revoked(auth)
    before, seq = birth(auth), auth.core.store.head().seq
    lose(postgres, seq)
    site.server.do("FLUSHALL")
    auth.core.store.renew("", 0)
    assert auth.core.store.head().seq == seq, "the loss has the number of the lost entry"
    receipt.complete()
    assert any("went backwards" in who for who in receipt.outside)
    assert birth(auth) != before


def test_lost_contents_are_no_log_that_went_backwards(site: House) -> None:
    auth = site.engine()
    receipt = revoked(auth)
    before = birth(auth)
    site.server.do("FLUSHALL")
    auth.core.store.renew("", 0)
    assert receipt.complete().state == "final"
    assert not any("went backwards" in who for who in receipt.outside)
    assert birth(auth) == before
