"""Servers that cannot be used are refused when the store opens, with the setting and the mend."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.redis_server import KINDS, Server, free_port
from tests.stores.redis.acts import append, start
from tests.world import PATIENCE

from rescind._clock import SystemClock
from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.stores.redis import RedisStore
from rescind.stores.redis.server import Known
from rescind.stores.redis.server import Server as Described

INFO = b"""# Server\r
redis_version:7.0.15\r
run_id:aa\r
loading:0\r
role:master\r
connected_slaves:0\r
master_replid:dd\r
master_replid2:0000\r
maxmemory_policy:noeviction\r
aof_enabled:1\r
evicted_keys:0\r
"""
ALWAYS = [b"appendonly", b"yes", b"appendfsync", b"always", b"no-appendfsync-on-rewrite", b"no"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def opened(url: str, patience: float = PATIENCE) -> RedisStore:
    store = RedisStore(url, clock=SystemClock(), patience=patience)
    store.open()
    return store


def refused(url: str, patience: float = PATIENCE) -> str:
    """What is said when the store is opened; a password is never in it."""
    with pytest.raises((ConfigurationError, StoreUnavailable)) as caught:
        opened(url, patience)
    assert "hunter2" not in str(caught.value) + repr(caught.value)
    return f"{type(caught.value).__name__}: {caught.value}"


@pytest.mark.parametrize("policy", ["allkeys-lru", "allkeys-random", "volatile-ttl", "volatile-lru"])
def test_a_server_that_throws_keys_away_is_refused(kind: str, policy: str) -> None:
    with Server(kind, "--maxmemory-policy", policy) as server:
        said = refused(server.url)
        assert said.startswith("ConfigurationError")
        assert policy in said
        assert "set maxmemory-policy noeviction" in said
        server.do("CONFIG", "SET", "maxmemory-policy", "noeviction")
        opened(server.url).close()


def test_a_replica_is_refused(kind: str) -> None:
    with (
        Server(kind, tcp=True) as primary,
        Server(kind, "--replicaof", f"127.0.0.1 {primary.port}", tcp=True) as replica,
    ):
        replica.wait_for("master_link_status", "up")
        assert "is a replica: name the primary" in refused(replica.url)


def test_user_and_password(kind: str) -> None:
    with Server(kind, "--requirepass", "hunter2", tcp=True) as server:
        place = f"127.0.0.1:{server.port}/0"
        for credentials in ("", ":wrong-hunter2x@", "nobody:hunter2@"):
            said = refused(f"redis://{credentials}{place}")
            assert said.startswith("ConfigurationError")
            assert "write redis://USER:PASSWORD@HOST" in said
        store = opened(f"redis://:hunter2@{place}")
        append(store)
        assert "hunter2" not in repr(store)
        store.close()


def test_a_user_with_too_few_rights_is_told_where_to_look(kind: str) -> None:
    with Server(kind, tcp=True) as server:
        server.do("ACL", "SETUSER", "app", "on", ">pw", "~*", "&*", "+@all", "-info")
        said = refused(f"redis://app:pw@127.0.0.1:{server.port}/0")
        assert said.startswith("ConfigurationError")
        assert "ACL" in said


def test_the_rights_of_the_documentation_are_enough(kind: str) -> None:
    page = Path(__file__).parents[3] / "docs" / "redis.md"
    (line,) = [one for one in page.read_text(encoding="utf-8").splitlines() if one.startswith("ACL SETUSER")]
    with Server(kind, tcp=True) as server:
        server.do(*line.replace("PASSWORD", "pw").split())
        store = opened(f"redis://rescind:pw@127.0.0.1:{server.port}/0")
        record = start(store)
        append(store)
        store.renew("w", 0)
        store.workers()
        store.save_data(record.id, {"a": 1}, ())
        store.prune(now=2**62, keep_ended=0, access_life=0, session_life=0)
        store.push()
        store.audit_events("default")
        store.close()


def test_nobody_at_home() -> None:
    for url in ("redis://127.0.0.1:1/0", "unix:///nowhere/redis.sock", "redis://no-such-host.invalid/0"):
        said = refused(url)
        assert said.startswith("StoreUnavailable")
        assert url in said


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost:port/0",
        "redis://localhost/0?socket_timeout=9",
        "redis://localhost/0?decode_responses=true&password=hunter2",
    ],
)
def test_a_url_that_cannot_be_meant_is_refused_before_anything_is_opened(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"url=") as caught:
        RedisStore(url, clock=SystemClock())
    assert "hunter2" not in str(caught.value)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def test_tls(certificate: Path) -> None:
    """Debian's Redis speaks TLS."""
    key, cert = str(certificate / "key.pem"), str(certificate / "cert.pem")
    with Server("redis", tcp=True) as server:
        server.do("CONFIG", "SET", "tls-cert-file", cert, "tls-key-file", key, "tls-ca-cert-file", cert)
        server.do("CONFIG", "SET", "tls-auth-clients", "no")
        port = free_port()
        server.do("CONFIG", "SET", "tls-port", port)
        store = opened(f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={cert}")
        append(store)
        store.close()
        unknown = refused(f"rediss://127.0.0.1:{port}/0")
        assert "certificate" in unknown.lower()
        plain = refused(f"redis://127.0.0.1:{port}/0")
        assert "rediss://" in plain
        reverse = refused(f"rediss://127.0.0.1:{server.port}/0", patience=0.5)  # each waits for the other
        assert reverse.startswith("StoreUnavailable")


# -- what INFO says --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "instead", "error", "said"),
    [
        ("redis_version:7.0.15", "redis_version:6.2.14", ConfigurationError, "6.2.14 is too old"),
        ("redis_version:7.0.15", "redis_version:5.0.0", ConfigurationError, "7.0 or newer, or Valkey"),
        ("loading:0", "loading:1", StoreUnavailable, "loading"),
        ("role:master", "role:slave", ConfigurationError, "name the primary"),
        ("noeviction", "allkeys-lfu", ConfigurationError, "noeviction"),
    ],
)
def test_each_requirement_is_said(line: str, instead: str, error: type[Exception], said: str) -> None:
    described = Described.read(INFO.replace(line.encode(), instead.encode()))
    with pytest.raises(error, match=said):
        described.require("redis://host/0")
    Described.read(INFO).require("redis://host/0")


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({}, None),
        ({b"run_id:aa": b"run_id:bb"}, None),
        ({b"evicted_keys:0": b"evicted_keys:7"}, "evicted"),
        ({b"run_id:aa": b"run_id:bb", b"evicted_keys:0": b"evicted_keys:7"}, None),
        ({b"run_id:aa": b"run_id:bb", b"replid:dd": b"replid:ee", b"0000": b"00c0"}, "took over"),
        ({b"replid:dd": b"replid:ee", b"0000": b"00c0"}, "took over"),
        ({b"replid:dd": b"replid:ee"}, None),
        ({b"replid2:0000": b"replid2:00c0"}, None),
    ],
)
def test_what_can_have_been_lost(changes: dict[bytes, bytes], lost: str | None) -> None:
    noted = Described.read(INFO).known(ALWAYS)
    assert noted == Known("aa", "dd", always=True, replicas=False, evicted=0)
    assert Known.decode(noted.encode()) == noted
    text = INFO
    for old, new in changes.items():
        text = text.replace(old, new)
    why = Described.read(text).lost(noted)
    assert (why is None) is (lost is None)
    assert lost is None or lost in str(why)


def test_a_setting_that_may_not_be_read_is_taken_as_the_worst() -> None:
    described = Described.read(INFO)
    assert described.known(ALWAYS).always
    for reply in (Exception("NOPERM"), None, [], ALWAYS[:4], [*ALWAYS[:3], b"everysec", *ALWAYS[4:]]):
        assert not described.known(reply).always
    assert not Described.read(INFO.replace(b"aof_enabled:1", b"aof_enabled:0")).known(ALWAYS).always
