"""The promise where Redis holds the sessions and PostgreSQL the log; see ``test_promise_contents``."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.promise.test_promise_contents import Record, many_revocations


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3])
def test_nothing_is_accepted_in_many_revocations(
    tmp_path: Path, postgres: str, record_property: Record, seed: int
) -> None:
    many_revocations(tmp_path, record_property, seed, url=postgres)
