"""``session_model="jwt"`` through the engine: the same words, the same promise, on every store."""

from __future__ import annotations

import asyncio
import logging
import shutil
import stat
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.redis_server import Server
from tests.world import World, code

from rescind import ConfigurationError, Issued, Refused, Rescind, Session
from rescind.errors import MissingExtra, StoreUnavailable
from rescind.model.session import from_micros
from rescind.stores.sqlalchemy.migrations import upgrade
from rescind.testing import FakeClock
from rescind.testing.threads import race

SECRET, LATER = "0123456789abcdefghijklmnopqrstuvwxyz", "another-secret-of-thirty-six-letters"
JWT: dict[str, Any] = {"session_model": "jwt", "secret": SECRET}
RACERS = 20


@pytest.fixture
def workers(world: World) -> list[Rescind[Any]]:
    return [world.engine(**JWT) for _ in range(2)]


def refusal(call: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def kid_of(auth: Rescind[Any]) -> str:
    return auth.jwks()["keys"][0]["kid"]


# -- the same words ------------------------------------------------------------------------------------------


def test_a_session_is_opened_checked_refreshed_and_signed_out(workers: list[Rescind[Any]]) -> None:
    auth, other = workers
    auth.principals.set("ada", roles=["finance"], tenant="acme", reason="member")
    issued = auth.sessions.start("ada", client="phone", label="Pixel")
    found = other.check(issued.token)
    assert isinstance(found, Session)
    assert found == issued.session, "what was issued says what a check says"
    assert (found.roles, found.tenant, found.client_id) == (("finance",), "acme", "phone")
    assert issued.expires_in in (299, 300), "whole seconds, and the clock may be between two"
    assert issued.lasts == 30 * 86400
    assert [one.label for one in auth.sessions.list("ada")] == ["Pixel"]
    new = other.sessions.refresh(issued.refresh_token)
    assert new.session.id == issued.session.id
    assert code(auth.check(new.token)) == code(auth.check(issued.token)) == "live"
    receipt = auth.sign_out(issued.token)
    assert receipt.state == "final"
    assert dict(receipt.ended) == {"session": 1}
    for worker in workers:
        assert {code(worker.check(one)) for one in (issued.token, new.token)} == {"revoked"}
        assert refusal(partial(worker.sessions.refresh, new.refresh_token)).code == "revoked"


def test_what_is_issued_hides_its_tokens(workers: list[Rescind[Any]]) -> None:
    issued = workers[0].sessions.start("ada")
    for secret in (issued.token, issued.refresh_token, SECRET):
        assert secret is not None
        assert secret not in repr(issued)
        assert secret not in repr(workers[0])
        assert secret not in repr(workers[0].settings)


def test_twenty_tabs_refresh_at_once(workers: list[Rescind[Any]]) -> None:
    """Asks B1: 20 parallel refreshes of one token, on two workers: 20 answers, one live successor."""
    issued = workers[0].sessions.start("ada")

    def refresh(number: int) -> Issued[Any]:
        return workers[number % 2].sessions.refresh(issued.refresh_token)

    answers = race([partial(refresh, number) for number in range(RACERS)])
    assert len({answer.refresh_token for answer in answers}) == 1
    assert {code(workers[1].check(answer.token)) for answer in answers} == {"live"}


def test_reuse_ends_the_session_for_every_worker(workers: list[Rescind[Any]], world: World) -> None:
    auth, other = workers
    first = auth.sessions.start("ada")
    second = auth.sessions.refresh(first.refresh_token)
    third = auth.sessions.refresh(second.refresh_token)
    assert code(other.check(third.token)) == "live"
    assert refusal(partial(auth.sessions.refresh, first.refresh_token)).code == "reuse"
    world.told()
    for worker in workers:
        assert {code(worker.check(one.token)) for one in (first, second, third)} == {"revoked"}
        assert refusal(partial(worker.sessions.refresh, third.refresh_token)).code == "revoked"


def test_an_expired_access_token_is_worth_a_refresh_and_an_ended_session_is_not(
    workers: list[Rescind[Any]], world: World
) -> None:
    auth = workers[0]
    issued = auth.sessions.start("ada")
    world.clock.advance(seconds=301)
    for strict in (False, True):
        refused = auth.check(issued.token, strict=strict)
        assert isinstance(refused, Refused)
        assert (refused.code, refused.renewable) == ("expired", True)
    assert code(auth.check(auth.sessions.refresh(issued.refresh_token).token)) == "live"
    auth.revoke(session=issued.session, reason="r")
    refused = auth.check(issued.token)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.renewable) == ("revoked", False)


def test_an_idle_refusal_of_a_refresh_ends_the_session_for_good(world: World) -> None:
    """As that of a check: no late touch of another worker brings it back."""
    auth, other = world.engine(**JWT), world.engine(**JWT)
    issued = auth.sessions.start("ada")
    world.clock.advance(days=6)
    fresh = other.sessions.refresh(issued.refresh_token)
    assert code(other.check(fresh.token)) == "live"
    world.clock.advance(days=7, seconds=1)
    assert refusal(partial(auth.sessions.refresh, fresh.refresh_token)).code == "idle"
    facts = auth.core.store.facts(issued.session.id)
    assert facts is not None
    assert facts.record.ended_reason == "idle"
    assert other.core.store.touch([(issued.session.id, other.core.time.now())]) == 0
    assert refusal(partial(other.sessions.refresh, fresh.refresh_token)).code == "idle"


def test_refreshing_is_activity_that_every_worker_sees(world: World) -> None:
    auth, other = world.engine(**JWT), world.engine(**JWT)
    issued = auth.sessions.start("ada")
    for _ in range(4):
        world.clock.advance(days=2)
        issued = other.sessions.refresh(issued.refresh_token)
    assert auth.sessions.refresh(issued.refresh_token).session.id == issued.session.id


def test_pruning_leaves_every_token_believed_that_has_not_expired(world: World) -> None:
    """The log remembers at least as long as an access token lives."""
    auth = world.engine(access_life="1h", **JWT)
    issued = auth.sessions.start("ada")
    for number in range(4):
        auth.principals.set("bob", roles=[f"r{number}"], reason="noise")
    world.clock.advance(minutes=59)
    auth.prune()
    for strict in (False, True):
        assert code(auth.check(issued.token, strict=strict)) == "live"
    world.clock.advance(minutes=10)
    auth.prune()
    assert auth.core.store.head().floor > 0, "and no longer than that"


def test_signing_out_works_with_whichever_token_is_left(workers: list[Rescind[Any]], world: World) -> None:
    auth = workers[0]
    for which in ("token", "refresh_token"):
        issued = auth.sessions.start("ada")
        world.clock.advance(hours=1)
        assert dict(auth.sign_out(getattr(issued, which)).ended) == {"session": 1}
    issued = auth.sessions.start("ada")
    head, body, signature = issued.token.split(".")
    for junk in (
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body}.",
        (issued.refresh_token or "")[:-1],
        "x",
    ):
        assert auth.sign_out(junk).matched == 0
    assert code(auth.check(issued.token)) == "live"


def test_what_a_browser_carried_ends_with_its_sign_in(workers: list[Rescind[Any]]) -> None:
    auth = workers[0]
    old = auth.sessions.start("ada")
    new = auth.sessions.start("ada", replaces=old.token)
    refused = auth.check(old.token)
    assert isinstance(refused, Refused)
    assert refused.code == "superseded"
    assert code(auth.check(new.token)) == "live"


def test_rotating_gives_a_family_of_its_own(workers: list[Rescind[Any]]) -> None:
    auth = workers[0]
    old = auth.sessions.start("ada")
    new = auth.sessions.rotate(old.session)
    assert refusal(partial(auth.sessions.refresh, old.refresh_token)).code == "superseded"
    assert auth.sessions.refresh(new.refresh_token).session.id == new.session.id


def test_accounts_sign_in_and_step_up(world: World) -> None:
    auth = world.engine(**JWT)
    auth.accounts.create(login="ada@example.com", password="plum-tractor-nine-lamps", principal="ada")
    issued = auth.sign_in("ada@example.com", "plum-tractor-nine-lamps")
    world.clock.advance(minutes=10)
    issued = auth.sessions.refresh(issued.refresh_token)
    proved = auth.sessions.step_up(issued.session, "plum-tractor-nine-lamps")
    found = auth.check(proved.token)
    assert isinstance(found, Session)
    assert found.auth_time > issued.session.auth_time
    assert refusal(partial(auth.sessions.refresh, issued.refresh_token)).code == "superseded"


@pytest.mark.parametrize("text", [None, ""])
def test_no_refresh_token(workers: list[Rescind[Any]], text: str | None) -> None:
    assert refusal(partial(workers[0].sessions.refresh, text)).code == "missing"


def test_what_is_no_refresh_token_touches_no_store(world: World) -> None:
    auth = world.engine(spy=True, **JWT)
    issued = auth.sessions.start("ada")
    genuine = issued.refresh_token or ""
    spy: Any = auth.core.store
    spy.calls.clear()
    for text in (issued.token, genuine[:-1], genuine + "A", genuine.upper(), "rsc_s_x", "é", "x" * 9000):
        assert refusal(partial(auth.sessions.refresh, text)).code == "malformed"
    assert spy.quiet()
    assert code(auth.check(genuine)) == "malformed", "nor is a refresh token an access token"
    assert code(auth.check(auth.sessions.refresh(genuine).token)) == "live"


def test_a_token_from_the_future_of_the_store_is_answered_without_asking_again(
    workers: list[Rescind[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new log has begun and that is the answer: only what judged the *session* is judged again."""
    auth, other = workers
    issued = auth.sessions.start("ada")
    assert auth.core.tokens is not None
    future = auth.core.tokens.ready().refresh.make(issued.session.id, 3)
    with monkeypatch.context() as gone:
        gone.setattr(auth.core.checks, "reread", lambda _: Refused("store_unavailable", "it went away"))
        refused = refusal(partial(auth.sessions.refresh, future))
    assert (refused.code, "older than the refresh token" in refused.detail) == ("superseded", True)
    assert code(other.check(issued.token, strict=True)) == "superseded"


def test_a_restored_backup_that_forgot_a_refresh_begins_a_new_log(
    tmp_path: Path, empty_database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The restored store is behind a token that it handed out: revocations may be missing from it too."""
    path = Path(shutil.copy(empty_database, tmp_path / "app.db"))
    with Rescind(f"sqlite:///{path}", **JWT) as auth:
        issued = auth.sessions.start("ada")
        first = auth.sessions.refresh(issued.refresh_token)
    shutil.copy(path, tmp_path / "backup.db")
    with Rescind(f"sqlite:///{path}", **JWT) as auth:
        later = auth.sessions.refresh(first.refresh_token)
    shutil.copy(tmp_path / "backup.db", path)
    with Rescind(f"sqlite:///{path}", **JWT) as auth:
        birth = auth.core.store.head().birth
        assert refusal(partial(auth.sessions.refresh, later.refresh_token)).code == "superseded"
        assert auth.core.store.head().birth != birth
        assert code(auth.check(later.token)) == "superseded"
    assert "a new log begins" in caplog.text


# -- settings ------------------------------------------------------------------------------------------------


def test_a_file_brings_its_own_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "rescind.keys")
    url = f"sqlite:///{tmp_path}/app.db"
    with Rescind(url, session_model="jwt") as auth:
        issued = auth.sessions.start("ada")
    key = tmp_path / "app.db.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [record.message for record in caplog.records if str(key) in record.message], "it is said once"
    assert key.read_text().strip() not in caplog.text
    caplog.clear()
    with Rescind(url, session_model="jwt") as auth:
        assert code(auth.check(issued.token)) == "live"
    assert not caplog.records
    key.chmod(0o644)
    with pytest.raises(ConfigurationError, match=r"app\.db\.key: others have access .*chmod 600"):
        Rescind(url, session_model="jwt").open()


def test_the_constructor_reads_nothing(tmp_path: Path) -> None:
    Rescind(f"sqlite:///{tmp_path}/app.db", session_model="jwt", signing_keys=[tmp_path / "none.pem"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("word", ["open", "check", "jwks"])
def test_a_key_file_that_cannot_be_read_is_said_at_first_use(tmp_path: Path, word: str) -> None:
    url = f"sqlite:///{tmp_path}/app.db"
    auth = Rescind(url, **JWT, signing_keys=str(tmp_path / "none.pem"))
    call = partial(auth.check, "a.b.c") if word == "check" else getattr(auth, word)
    with pytest.raises(ConfigurationError, match=r"signing_keys: .*none\.pem does not exist"):
        call()


def test_a_server_needs_a_secret_and_says_how_to_make_one() -> None:
    for url in ("postgresql://h/d", "redis://h"):
        with pytest.raises(ConfigurationError, match=r"RESCIND_SECRET; make one: python -c"):
            Rescind(url, session_model="jwt")
        Rescind(url, **JWT)


def test_the_secret_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESCIND_SECRET", f"{LATER} {SECRET}")
    auth = Rescind("postgresql://h/d", session_model="jwt")
    assert auth.settings.secret == (LATER, SECRET)
    assert Rescind("memory://").settings.secret == (LATER, SECRET), "other models do not mind"


@pytest.mark.parametrize("secret", ["short", "a" * 64])
def test_a_secret_that_is_none_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="secret") as caught:
        Rescind("memory://", session_model="jwt", secret=secret).open()
    assert secret not in str(caught.value)


def test_tables_of_an_older_version_are_named(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path}/app.db", "0002")
    with pytest.raises(ConfigurationError, match=r"needs 3: run `rescind db upgrade`"):
        Rescind(f"sqlite:///{tmp_path}/app.db", **JWT).open()
    with Rescind(f"sqlite:///{tmp_path}/app.db") as auth:
        assert code(auth.check(auth.sessions.start("ada").token)) == "live"
        with pytest.raises(ConfigurationError, match=r"rescind db upgrade"):
            auth.revoke(signing_key="kid", reason="r")


def test_opaque_sessions_have_nothing_to_refresh(world: World) -> None:
    auth = world.engine()
    assert auth.jwks() == {"keys": []}
    assert auth.sessions.start("ada").refresh_token is None
    with pytest.raises(ConfigurationError, match='session_model="jwt"'):
        auth.sessions.refresh("rsc_r_x")


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("rescind.sessions.jwt.", "joserfc"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "joserfc", None)
    with pytest.raises(
        MissingExtra, match=r'session_model="jwt" needs an extra: pip install "rescind\[jwt\]"'
    ):
        Rescind("memory://", **JWT)


# -- elsewhere -----------------------------------------------------------------------------------------------


def test_on_a_loop(world: World) -> None:
    auth = world.engine(**JWT)

    async def life() -> None:
        issued = await auth.aio.sessions.start("ada")
        assert code(await auth.aio.check(issued.token, strict=True)) == "live"
        answers = await asyncio.gather(*(auth.aio.sessions.refresh(issued.refresh_token) for _ in range(8)))
        assert len({one.refresh_token for one in answers}) == 1
        assert (await auth.aio.sign_out(answers[0].refresh_token)).state == "final"
        assert code(await auth.aio.check(answers[1].token)) == "revoked"

    asyncio.run(life())


def test_an_unreachable_authority_refreshes_nothing_and_spends_nothing(world: World) -> None:
    auth = world.engine(spy=True, **JWT)
    issued = auth.sessions.start("ada")
    spy: Any = auth.core.store
    spy.failing("write", StoreUnavailable("down"))
    with pytest.raises(StoreUnavailable):
        auth.sessions.refresh(issued.refresh_token)
    spy.works("write")
    assert code(auth.check(auth.sessions.refresh(issued.refresh_token).token)) == "live"


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with Server("redis") as server:
        yield server.url


def test_on_redis_alone(redis_url: str) -> None:
    """The same, log in Redis (API.md 10)."""
    clock = FakeClock()
    with Rescind(redis_url, clock=clock, **JWT) as auth, Rescind(redis_url, clock=clock, **JWT) as other:
        issued = auth.sessions.start("ada")
        assert code(other.check(issued.token)) == "live"
        answers = race(
            [partial((auth, other)[n % 2].sessions.refresh, issued.refresh_token) for n in range(6)]
        )
        assert len({one.refresh_token for one in answers}) == 1
        assert from_micros(auth.core.time.now()) < answers[0].session.expires_at
        receipt = auth.revoke(signing_key=kid_of(auth), reason="leaked")
        assert (receipt.state, dict(receipt.ended)) == ("final", {"access_token": 1})
        assert code(other.check(answers[0].token)) == code(auth.check(issued.token)) == "revoked"
