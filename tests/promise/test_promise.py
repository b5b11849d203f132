"""The promise, measured: no check that started after a final receipt accepts what was revoked.

Four worker processes on one SQLite file, two of them busy with something else, present copies of live tokens
as fast as they can. A revoker ends them by every scope. Meanwhile workers are killed, stopped cleanly and
replaced, paused past the lease and past the retention of the log, and fork with everything they hold.

After each receipt every running worker is awaited until it has checked the token again; the last check that
was accepted must have started before ``revoke()`` returned.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tests.promise.board import SLOTS, Board, BoardClock
from tests.promise.fleet import Fleet
from tests.promise.share import share_of
from tests.promise.wire import Wire
from tests.promise.worker import LEASE

from rescind import Issued, Refused, Rescind
from rescind._tokens import new_id
from rescind.errors import RevocationUnknown, StoreUnavailable

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds for which the authority may be away."""
STILL, SLOW = 30.0, 120.0
"""Seconds without any check after which a worker hangs; and those that one which checks may take, on cores
and a disk that others use."""
SCOPES = ("session", "principal", "credential", "client", "tenant", "everything")


class Trial:
    """Opens sessions in a slot, ends them by a scope, looks at what the workers saw."""

    def __init__(self, board: Board, fleet: Fleet, auth: Rescind[str], chance: random.Random) -> None:
        self.board, self.fleet, self.auth, self.chance = board, fleet, auth, chance
        self.generation = 0
        self.live: dict[int, tuple[int, Any]] = {}
        self.tokens: dict[int, str] = {}
        self.refresh_tokens: dict[int, str | None] = {}
        self.ended: list[tuple[str, str]] = []
        """Token and id of the revocation of all that a final receipt was given for."""
        self.violations: list[str] = []
        self.probes_after = 0
        self.revocations = 0
        self.refused_loudly = 0

    def open(self, slot: int) -> None:
        start = partial(self.auth.sessions.start, credential=f"cred-{slot}", client=f"client-{slot}")
        # Refused: while it was opened another log began, so that it has to be started over.
        self.present(slot, self.written(lambda: start(f"p{slot}"), Refused))

    def present(self, slot: int, issued: Issued[str]) -> None:
        """From now on the workers are shown this token."""
        self.generation += 1
        self.board.publish(slot, self.generation, issued.token)
        self.live[slot] = (self.generation, issued.session)
        self.tokens[slot] = issued.token
        self.refresh_tokens[slot] = issued.refresh_token

    def refresh(self, slot: int) -> None:
        """The next access token of a session; nothing for opaque ones."""
        token = self.refresh_tokens[slot]
        if token is not None:
            self.present(slot, self.written(partial(self.auth.sessions.refresh, token)))

    def written(self, write: Callable[[], T], *also: type[Exception]) -> T:
        """Asked again, the same, while the authority is away or somebody who was stopped holds its locks.

        Args:
            also: of what it is asked again as well.
        """
        until = time.monotonic() + PATIENCE
        again: tuple[type[Exception], ...] = (StoreUnavailable, RevocationUnknown, *also)
        while True:
            try:
                return write()
            except again:
                if time.monotonic() > until:
                    raise
                self.refused_loudly += 1
                self.fleet.resume(all_of_them=True)
                time.sleep(0.01)

    def await_accepted(self, slot: int) -> None:
        generation, _ = self.live[slot]
        self.wait_for(
            lambda number: self.saw(number, slot, generation, accepted_after=0), "accept a live token"
        )

    def saw(self, number: int, slot: int, generation: int, *, accepted_after: int) -> bool:
        known, accepted, _, _ = self.board.finding(number, slot)
        return known == generation and accepted > accepted_after

    def end(self, slot: int, scope: str) -> None:
        _, session = self.live[slot]
        what: dict[str, Any] = {
            "session": {"session": session},
            "principal": {"principal": session.principal_id},
            "credential": {"credential": session.credential_id},
            "client": {"client": session.client_id},
            "tenant": {"tenant": f"tenant-{slot}"},
            "everything": {"everything": True, "confirm": "default"},
        }[scope]
        order = new_id()
        receipt = self.written(partial(self.auth.revoke, **what, reason="promise", id=order))
        final = time.monotonic_ns()
        assert receipt.state == "final"
        ended = list(self.live) if scope == "everything" else [slot]
        self.revocations += 1
        for one in ended:
            self.ended.append((self.tokens[one], order))
            self.verify(one, self.live[one][0], final, scope)
            self.open(one)

    def verify(self, slot: int, generation: int, final: int, scope: str) -> None:
        def checked_again(number: int) -> bool:
            known, _, started, _ = self.board.finding(number, slot)
            return known == generation and started > final

        self.wait_for(checked_again, "check again")
        for number in range(32):
            known, accepted, started, _ = self.board.finding(number, slot)
            if known == generation and started > final:
                self.probes_after += 1
                if accepted > final:
                    late = (accepted - final) / 1e6
                    self.violations.append(
                        f"worker {number}, {scope}: accepted {late:.3f} ms after the receipt"
                    )

    def wait_for(self, condition: Callable[[int], bool], what: str) -> None:
        began = time.monotonic()
        while late := [number for number in self.fleet.running() if not condition(number)]:
            self.fleet.resume()
            waited = time.monotonic() - began
            if waited > STILL and (waited > SLOW or any(self.stands_still(number) for number in late)):
                misfortunes, stacks = self.fleet.log[-8:], self.fleet.stacks()
                pytest.fail(f"workers {late} did not {what} within {waited:.0f} s; {misfortunes}\n{stacks}")
            time.sleep(0.0005)

    def stands_still(self, number: int) -> bool:
        return time.monotonic_ns() - self.board.last_check(number) > STILL * 1e9


def run(
    folder: Path,
    revocations: int,
    *,
    misfortune_every: int = 20,
    prune_every: int = 10**9,
    seed: int,
    url: str = "",
    wires: dict[int, Wire] | None = None,
    redis: str | None = None,
    during: Callable[[Trial], AbstractContextManager[None]] = lambda _: nullcontext(),
    **model: Any,
) -> Trial:
    """Args:
    during: what happens beside each revocation.
    """
    chance = random.Random(seed)
    url = url or f"sqlite:///{folder / 'app.db'}"
    board = Board(folder / "board")
    auth = Rescind(url, clock=BoardClock(board), redis=redis, lease=LEASE, **model)
    auth.open()
    for slot in range(SLOTS):
        auth.principals.set(f"p{slot}", tenant=f"tenant-{slot}", reason="set up")
    fleet = Fleet(folder / "board", url, wires or {}, redis, model)
    trial = Trial(board, fleet, auth, chance)
    try:
        for slot in range(SLOTS):
            trial.open(slot)
        for number in range(4):
            fleet.start(number, busy=number % 2 == 1)
        for turn in range(revocations):
            slot = turn % SLOTS
            if turn % 3 == 0:
                trial.refresh(slot)
            trial.await_accepted(slot)
            with during(trial):
                trial.end(slot, "everything" if turn % 50 == 49 else SCOPES[turn % 5])
            if turn % misfortune_every == misfortune_every - 1:
                fleet.misfortune(chance, pause=chance.choice((0.2, LEASE * 2)))
            if turn % prune_every == prune_every - 1:
                trial.written(partial(prune, auth))
                for one in range(SLOTS):  # an access token below the floor is not believed; its session is
                    trial.refresh(one)
        fleet.resume(all_of_them=True)
    finally:
        fleet.close(board)
        auth.close()
    return trial


def prune(auth: Rescind[str]) -> None:
    """Forget all that may be forgotten, an hour ahead of time: who is paused now wakes up below the floor."""
    now = auth.core.time.now() + 3_600_000_000
    while auth.core.store.prune(now=now, keep_ended=0, access_life=0, session_life=10**15).more:
        pass


def measured(trial: Trial) -> str:
    rate = 3 / trial.probes_after
    return (
        f"{trial.revocations} revocations, {trial.probes_after} checks after a receipt, "
        f"{len(trial.violations)} accepted (rate below {rate:.1e}), {trial.refused_loudly} x refused loudly "
        "and asked again; misfortunes: "
        + ", ".join(f"{trial.fleet.log.count(kind)} x {kind}" for kind in sorted(set(trial.fleet.log)))
    )


def test_nothing_is_accepted_after_a_final_receipt(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    trial = run(tmp_path, 60, misfortune_every=6, prune_every=20, seed=1)
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.probes_after > 3 * 60


@pytest.mark.long
def test_nothing_is_accepted_in_many_revocations(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    revocations = share_of(10_000)
    trial = run(tmp_path, revocations, misfortune_every=40, prune_every=100, seed=2)
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.revocations == revocations
    assert trial.probes_after > revocations
