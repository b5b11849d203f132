"""The promise on a network that fails, sessions in Redis and the log in SQL; see ``test_partition``."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.promise.share import share_of
from tests.promise.test_partition import Record, check, trial_on
from tests.redis_server import Server


@pytest.mark.long
@pytest.mark.parametrize("cut_off", ["log", "sessions"])
def test_nothing_is_accepted_cut_off_from_the_log_or_the_sessions(
    tmp_path: Path, postgres: str, record_property: Record, cut_off: str
) -> None:
    """Either of the two servers."""
    revocations = share_of(200)
    with Server("redis", tcp=True) as server:
        cut = postgres if cut_off == "log" else server.url
        places = {"url": postgres if cut_off == "log" else "", "redis": server.url}
        trial = trial_on(cut, tmp_path, revocations, misfortune_every=8, **places)
    check(trial, revocations, record_property)
