"""The promise on a network that fails: single workers are cut off, hear nothing, or come back late.

As ``test_promise``, and beside its misfortunes: every connection of a worker is cut; nothing passes between
it and the server, or its questions do and no answer, for less than a lease and for more than a term. Then
what it asked before arrives, in order. It goes on checking all the time, as long as it may from memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.promise.fleet import HOLDS
from tests.promise.share import share_of
from tests.promise.test_promise import Trial, measured, run
from tests.promise.test_promise_tokens import JWT
from tests.promise.wire import Wire
from tests.redis_server import DURABLE, Server

Record = Callable[[str, object], None]
models = pytest.mark.parametrize("model", [{}, JWT], ids=["opaque", "tokens"])


@contextmanager
def wires_to(url: str) -> Iterator[dict[int, Wire]]:
    port = urlsplit(url).port
    assert port is not None
    with ExitStack() as stack:
        yield {number: stack.enter_context(closing(Wire(port))) for number in range(4)}


def trial_on(place: str, folder: Path, revocations: int, misfortune_every: int, **more: Any) -> Trial:
    """Args:
    place: the url of the server that the wires lead to.
    """
    with wires_to(place) as wires:
        more |= {"misfortune_every": misfortune_every, "prune_every": 20, "wires": wires}
        return run(folder, revocations, seed=3, **more)


def check(trial: Trial, revocations: int, record: Record) -> None:
    record("measured", measured(trial))
    assert trial.violations == []
    assert trial.revocations == revocations
    assert trial.probes_after > 2 * revocations
    assert {"cut", *HOLDS} & set(trial.fleet.log), "no wire failed"


def test_nothing_is_accepted_beside_a_partition(
    tmp_path: Path, postgres: str, record_property: Record
) -> None:
    trial = trial_on(postgres, tmp_path, 9, misfortune_every=3, url=postgres)
    check(trial, 9, record_property)


@pytest.mark.long
@models
def test_nothing_is_accepted_beside_many_partitions(
    tmp_path: Path, postgres: str, record_property: Record, model: dict[str, Any]
) -> None:
    revocations = share_of(400)
    trial = trial_on(postgres, tmp_path, revocations, misfortune_every=8, url=postgres, **model)
    check(trial, revocations, record_property)


@pytest.mark.long
@models
def test_nothing_is_accepted_beside_many_partitions_on_redis(
    tmp_path: Path, record_property: Record, model: dict[str, Any]
) -> None:
    revocations = share_of(300)
    with Server("redis", *DURABLE, tcp=True) as server:
        trial = trial_on(server.url, tmp_path, revocations, misfortune_every=8, url=server.url, **model)
    check(trial, revocations, record_property)
