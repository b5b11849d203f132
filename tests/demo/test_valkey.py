"""The demo's own Valkey server: it answers, and is gone when the demo is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import redis
from tests.demo.test_servers import alive, until

from rescind.demo.processes import ServersFailed, start
from rescind.demo.valkey import SOCKET, valkey


def server_of(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])


def test_it_answers_and_is_gone_afterwards(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log, valkey(log) as url:
        pid = server_of(url)
        with redis.Redis.from_url(url) as client:
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("port") == {"port": "0"}, "nobody else reaches it"
    assert until(lambda: not alive(pid))
    assert not Path(url.removeprefix("unix://")).parent.exists()


def test_it_ends_when_whoever_started_it_is_gone(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log:
        process = start("valkey", str(tmp_path), log=log)
    assert until((tmp_path / SOCKET).exists)
    pid = server_of(f"unix://{tmp_path / SOCKET}")
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 0
    assert until(lambda: not alive(pid))


def test_why_it_did_not_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_named: object) -> subprocess.Popen[bytes]:
        return start("valkey", str(tmp_path / ("x" * 200)), log=log)

    monkeypatch.setattr("rescind.demo.valkey.start", broken)
    with (
        (tmp_path / "log").open("w") as log,
        pytest.raises(ServersFailed, match=r"(?s)did not start.*Error"),
        valkey(log),
    ):
        pass
