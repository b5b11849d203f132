"""The ordinary sessions work as their makers would expect: the comparison is with sessions that are right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from sqlalchemy import create_engine, text

from rescind.demo.sites import peers
from rescind.demo.sites.fastapi_site import make_peers
from rescind.demo.sites.peers import Kind
from rescind.demo.sites.places import PEERS

SECRET = "s" * 40


def workers_peers(folder: Path) -> dict[str, Kind]:
    """The kinds as one worker makes them."""
    peers.create_tables(folder / PEERS)
    return make_peers(folder, SECRET)


@pytest.fixture(params=["database", "cached", "token"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Kind:
    return workers_peers(tmp_path)[request.param]


def test_a_session_names_its_user_and_a_wrong_one_nobody(kind: Kind) -> None:
    token = kind.start("ada")
    assert kind.check(token) == "ada"
    assert kind.check(token) == "ada"
    assert kind.check("") is None
    assert kind.check(token[:-1] + ("a" if token[-1] != "a" else "b")) is None
    assert kind.start("ada") != token or isinstance(kind, peers.TokenSessions)


def test_a_database_session_ends_at_once_in_every_worker(tmp_path: Path) -> None:
    one, two = (workers_peers(tmp_path)["database"] for _ in range(2))
    token = one.start("ada")
    assert two.check(token) == "ada"
    one.end(token)
    assert (one.check(token), two.check(token)) == (None, None)


def test_a_cache_remembers_in_the_worker_that_did_not_sign_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(peers, "monotonic", lambda: now)
    one, two = (workers_peers(tmp_path)["cached"] for _ in range(2))
    token = one.start("ada")
    assert two.check(token) == "ada"
    one.end(token)
    assert (one.check(token), two.check(token)) == (None, "ada")
    now += peers.CACHE_SECONDS + 0.001
    assert two.check(token) is None


def test_a_signed_token_is_good_for_its_fifteen_minutes(tmp_path: Path) -> None:
    kind = workers_peers(tmp_path)["token"]
    token = kind.start("ada")
    kind.end(token)
    assert kind.check(token) == "ada"
    claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    assert claims["exp"] - claims["iat"] == peers.TOKEN_SECONDS == 900
    old = datetime.now(UTC) - timedelta(minutes=16)
    assert kind.check(jwt.encode({"sub": "ada", "exp": old + timedelta(minutes=15)}, SECRET, "HS256")) is None
    assert kind.check(jwt.encode({"sub": "ada"}, "x" * 40, "HS256")) is None
    assert kind.check(jwt.encode({"sub": "ada"}, "", "none")) is None


def test_the_table_holds_digests_only(tmp_path: Path) -> None:
    token = workers_peers(tmp_path)["database"].start("ada")
    engine = create_engine(f"sqlite:///{tmp_path / PEERS}")
    with engine.connect() as connection:
        (digest,) = connection.execute(text("SELECT digest FROM user_sessions")).scalars()
    engine.dispose()
    assert len(digest) == 64
    assert token not in digest
