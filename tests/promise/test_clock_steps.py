"""Wall clocks are set, forwards and back, by minutes and by months, in the middle of a running fleet.

As ``test_promise``, and beside some revocations somebody sets the clock of the machine that the workers and
the revoker share, or that of the server, which is another one: ``now()`` of PostgreSQL, ``TIME`` of Redis, by
which keys expire and locks are given up. Leases are counted on clocks that nobody sets. What ended stays
ended; what expired early was a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import running
from tests.promise.beside import Beside
from tests.promise.restarts import reopen_what_is_gone, stays_ended
from tests.promise.share import share_of
from tests.promise.test_partition import wires_to
from tests.promise.test_promise import Trial, measured, run
from tests.promise.test_promise_tokens import JWT, Record
from tests.promise.wire import Wire
from tests.wall import Wall

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
SOON = (90.0, -90.0, HOUR, -HOUR, 6 * HOUR, -2 * HOUR, 0.0)
"""Seconds ahead of the true time. Within the life of a session, the longest idle time and a retention."""
LATE = (*SOON, 40 * DAY, -40 * DAY)
"""Of a server: beyond the life of a session, too."""


class Steps(Beside):
    """Args:
    places: what the clock of the server may say; without one the machine of the workers alone is set.
    """

    def __init__(self, wall: Wall | None, places: tuple[float, ...] = SOON, *, every: int) -> None:
        super().__init__(every=every, seed=12)
        self.wall, self.places = wall, places

    @contextmanager
    def happening(self, trial: Trial) -> Iterator[None]:
        with self.meanwhile(self._choose(trial)):
            yield
        reopen_what_is_gone(trial)
        stays_ended(trial, trial.ended[-8:])

    def _choose(self, trial: Trial) -> Callable[[], None]:
        if self.wall is not None and self.chance.random() < 0.5:
            trial.fleet.log.append("server's clock")
            wall, ahead = self.wall, self.chance.choice(self.places)
            return lambda: wall.set(ahead)
        trial.fleet.log.append("host's clock")
        place = self.chance.choice(SOON)
        if trial.fleet.model:  # a signed token says when it was made: it is from the future, or has expired
            place = trial.board.wall_ahead / 1e6 + self.chance.choice((MINUTE, HOUR))
        return lambda: trial.board.set_wall(place)


def check(trial: Trial, revocations: int, record: Record) -> None:
    with trial.auth:
        stays_ended(trial, trial.ended)
    record("measured", measured(trial))
    assert trial.violations == []
    assert trial.revocations == revocations
    assert trial.probes_after > 2 * revocations
    assert {"host's clock", "server's clock"} & set(trial.fleet.log)


def beside(steps: Steps, folder: Path, revocations: int, record: Record, **more: Any) -> None:
    """With workers that stand still, or are cut off, and have nothing but their clock to tell them."""
    place = more.get("url", "")
    remote = place.startswith(("postgres", "redis"))
    between: AbstractContextManager[dict[int, Wire]] = wires_to(place) if remote else nullcontext({})
    with between as wires:
        more |= {"misfortune_every": 5, "prune_every": 30, "during": steps, "wires": wires}
        trial = run(folder, revocations, seed=13, **more)
    check(trial, revocations, record)


models = pytest.mark.parametrize("model", [{}, JWT], ids=["opaque", "tokens"])


def test_a_clock_that_is_set_changes_no_promise(tmp_path: Path, record_property: Record) -> None:
    beside(Steps(None, every=4), tmp_path, 12, record_property)


@pytest.mark.long
@models
def test_the_clock_of_the_machine_on_sqlite(
    tmp_path: Path, record_property: Record, model: dict[str, Any]
) -> None:
    beside(Steps(None, every=4), tmp_path, share_of(240), record_property, **model)


@pytest.mark.long
@models
def test_the_clocks_of_machine_and_server_on_postgresql(
    tmp_path: Path, record_property: Record, model: dict[str, Any]
) -> None:
    with Wall() as wall, running(wall) as server:
        url = server.url(server.create("rescind_empty"))
        beside(Steps(wall, LATE, every=4), tmp_path, share_of(240), record_property, url=url, **model)
