"""Wall clocks that are set, on Redis and Valkey; see ``test_clock_steps``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.promise.share import share_of
from tests.promise.test_clock_steps import LATE, Steps, beside, models
from tests.promise.test_promise_tokens import Record
from tests.redis_server import DURABLE, KINDS, Server
from tests.wall import Wall


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@models
def test_the_clocks_of_machine_and_server(
    tmp_path: Path, record_property: Record, kind: str, model: dict[str, Any]
) -> None:
    with Wall() as wall, Server(kind, *DURABLE, tcp=True, wall=wall) as server:
        place = {"url": server.url, **model}
        beside(Steps(wall, LATE, every=4), tmp_path, share_of(200), record_property, **place)


@pytest.mark.long
@pytest.mark.parametrize("log", ["sqlite", "postgresql"])
def test_the_clocks_of_machine_and_redis_beside_a_sql_log(
    tmp_path: Path, record_property: Record, log: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres") if log == "postgresql" else ""
    with Wall() as wall, Server("redis", wall=wall) as server:
        place = {"url": url, "redis": server.url}
        beside(Steps(wall, LATE, every=4), tmp_path, share_of(200), record_property, **place)
