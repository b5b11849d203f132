"""A fleet of workers and its authority in virtual time: leases, pushes, acknowledgements, barriers.

The protocol is that of ``rescind.revocation``, and its intervals are taken from there. What one operation
costs is given (``bench.service_times`` measures it). Time passes only here, so that ten thousand workers need
no machine, and the same seed gives the same run.

Left out: faults of the authority, checks (they ask nobody), what the watch of the registry does with what it
sees, and everything of the operating system but the queue for the authority's processors.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from bench.fleet import Fleet, Op, Outcome
from bench.queueing import Action, Station, Timeline
from rescind.revocation.barrier import Barrier
from rescind.revocation.keeper import PAUSE
from rescind.revocation.registry import CLEARING, LOOKS, pause_of
from rescind.revocation.worker import TRUST

DRAIN = 5
"""Leases that revocations under way are given to become final after the last one was begun."""


class State(Enum):
    """Of a keeper."""

    PAUSED = auto()
    WAKING = auto()
    AT_WORK = auto()
    STOPPED = auto()


@dataclass(slots=True)
class Member:
    """A worker.

    Attributes:
        turn: of its pauses; a wake-up for an earlier one comes too late.
        pushed: something was appended while it was at work.
        registered: as it believes; ``present`` and ``acked`` are its row.
        deadline: until when its memory may be trusted; until then everything is counted.
    """

    state: State = State.PAUSED
    turn: int = 0
    pushed: bool = False
    registered: bool = True
    retired: bool = False
    acked: int = 0
    applied: int = 0
    deadline: float = 0.0
    look_at: float = 0.0


@dataclass(slots=True)
class Revocation:
    """One call of ``revoke()``.

    Attributes:
        seq: its number, 0 before the commit.
        since: when the commit had returned.
        judged: when the term had passed, or everybody had confirmed.
        open: who has not confirmed, as the last look found; ``None`` before the first.
    """

    started: float
    pauses: Iterator[float]
    counted: bool
    seq: int = 0
    since: float = 0.0
    judged: float = 0.0
    open: list[Member] | None = None


class Simulation:
    """One run of a fleet."""

    def __init__(self, fleet: Fleet, *, seed: int = 1) -> None:
        self.fleet = fleet
        self.costs = fleet.costs
        self.chance = random.Random(seed)
        self.time = Timeline()
        self.authority = Station(fleet.processors)
        self.disk = Station(1)
        self.commits: list[float] = []
        self.pruned = 0
        self.members = [self._joined(number) for number in range(fleet.workers)]
        self.under_way = 0
        self.counting = self.accepting = False
        self.outcome = Outcome(0.0)
        self._kept_since = 0.0

    def _joined(self, number: int) -> Member:
        fleet, time = self.fleet, self.chance.random
        one = Member(deadline=TRUST * fleet.lease, look_at=pause_of(fleet.workers) * time())
        if number < fleet.stopped:
            one.state = State.STOPPED
        else:
            self.time.at(PAUSE[0] * fleet.lease * time(), self._begin_round, one, 0)
        return one

    def run(self, seconds: float) -> Outcome:
        """Let a lease pass, count for so many seconds, and let what is under way end.

        Raises:
            ValueError: nothing to count.
        """
        if seconds <= 0:
            raise ValueError(f"seconds={seconds}: more than 0")
        time, begin = self.time, self.fleet.lease
        self.accepting = True
        if self.fleet.rate:
            self._plan_revocation()
        time.at(self.fleet.prune_every, self._prune)
        time.run(begin)
        self.outcome = Outcome(seconds)
        self.counting, self._kept_since, before = True, time.now, self.authority.worked(time.now)
        time.run(begin + seconds)
        self._count_kept()
        at_work = [one for one in self.members if one.state is not State.STOPPED]
        for one in at_work:
            self._count_dark(one)
        self.counting = self.accepting = False
        self.outcome.load = (self.authority.worked(time.now) - before) / seconds
        self.outcome.dark /= seconds * max(1, len(at_work))
        self.outcome.kept /= seconds
        time.run(begin + seconds + DRAIN * self.fleet.lease)
        self.outcome.unfinished = self.under_way
        return self.outcome

    # -- asking ------------------------------------------------------------------------------------------

    def _think(self, seconds: float, then: Action, *arguments: object) -> None:
        """In the process that asks."""
        now = self.time.now
        done = self.authority.serve(now, seconds)[1] if self.fleet.together and seconds else now + seconds
        self.time.at(done, then, *arguments)

    def _ask(
        self, op: Op, effect: Action | None, then: Action, *arguments: object, at_end: bool = True
    ) -> None:
        """One round trip. ``effect`` happens at the authority, at the end of what it does there or at its
        beginning; ``then`` in the process; both with the arguments."""
        self._think(op.client, self._send, op.server, effect, then, arguments, at_end)

    def _send(self, seconds: float, effect: Action | None, then: Action, arguments: tuple[object, ...],
              at_end: bool) -> None:  # fmt: skip
        self.time.at(self.time.now + self.costs.hop, self._arrive, seconds, effect, then, arguments, at_end)

    def _arrive(self, seconds: float, effect: Action | None, then: Action, arguments: tuple[object, ...],
                at_end: bool) -> None:  # fmt: skip
        begin, end = self.authority.serve(self.time.now, seconds)
        if effect is not None:
            self.time.at(end if at_end else begin, effect, *arguments)
        self.time.at(end + self.costs.hop, then, *arguments)

    # -- a worker ----------------------------------------------------------------------------------------

    def _begin_round(self, one: Member, turn: int) -> None:
        if turn != one.turn:
            return
        one.state, one.pushed = State.AT_WORK, False
        if one.registered:
            self._read(one)
        else:
            self._ask(self.costs.register, self._register, self._read, one)

    def _register(self, one: Member) -> None:
        one.registered, one.retired, one.acked = True, False, 0
        self.outcome.registered += self.counting

    def _read(self, one: Member) -> None:
        self._think(self.costs.read.client, self._send_read, one, self.time.now)

    def _send_read(self, one: Member, asked: float) -> None:
        self.time.at(self.time.now + self.costs.hop, self._arrive_read, one, asked)

    def _arrive_read(self, one: Member, asked: float) -> None:
        costs, now = self.costs, self.time.now
        op = costs.news if len(self.commits) > one.applied else costs.read
        begin, end = self.authority.serve(now, op.server)
        self.outcome.reads += self.counting
        self.time.at(end + costs.hop + self.fleet.switch, self._have_read, one, asked, begin)

    def _have_read(self, one: Member, asked: float, begin: float) -> None:
        """The snapshot is that of the moment at which the authority began to read."""
        if one.retired:
            one.registered, one.deadline = False, min(one.deadline, self.time.now)
            self._watch(one)
            return
        self._believe(one, asked)
        one.applied = bisect_right(self.commits, begin)
        if one.applied > one.acked:
            more = max(0.0, self.costs.news.client - self.costs.read.client)
            self._ask(
                Op(self.costs.ack.server, self.costs.ack.client + more), self._acknowledged, self._watch, one
            )
        else:
            self._watch(one)

    def _believe(self, one: Member, asked: float) -> None:
        self._count_dark(one)
        one.deadline = max(asked + TRUST * self.fleet.lease, self.time.now)

    def _count_dark(self, one: Member) -> None:
        """Since memory could not be trusted any more, or since counting began."""
        if self.counting:
            self.outcome.dark += max(0.0, self.time.now - max(one.deadline, self.fleet.lease))

    def _acknowledged(self, one: Member) -> None:
        self.outcome.acks += self.counting
        one.acked = max(one.acked, one.applied)

    def _watch(self, one: Member) -> None:
        if self.time.now < one.look_at:
            self._end_round(one)
            return
        spread = self.chance.uniform(0.5, 1.5) if self.fleet.workers > LOOKS else 1.0
        one.look_at = self.time.now + pause_of(self.fleet.workers) * spread
        self.outcome.watched += self.counting
        self._ask(self._whole_look(), None, self._end_round, one)

    def _whole_look(self) -> Op:
        return self.costs.look + self.costs.row.times(self.fleet.workers)

    def _end_round(self, one: Member) -> None:
        if one.pushed:
            one.turn += 1
            self._begin_round(one, one.turn)
            return
        one.state = State.PAUSED
        pause = self.chance.uniform(*PAUSE) * self.fleet.lease
        self.time.at(self.time.now + pause + self.fleet.switch, self._begin_round, one, one.turn)

    def _hear(self, one: Member) -> None:
        """A push arrives: it ends a pause, and counts as one with others that it meets."""
        if one.state is State.AT_WORK:
            one.pushed = True
        elif one.state is State.PAUSED:
            one.state = State.WAKING
            one.turn += 1
            # Two threads in turn: the one that listens, and the keeper.
            self._think(self.costs.push.client + 2 * self.fleet.switch, self._begin_round, one, one.turn)

    # -- a revocation ------------------------------------------------------------------------------------

    def _plan_revocation(self) -> None:
        self.time.at(self.time.now + self.chance.expovariate(self.fleet.rate), self._revoke)

    def _revoke(self) -> None:
        if not self.accepting:
            return
        self._plan_revocation()
        self.under_way += 1
        one = Revocation(self.time.now, Barrier.pauses(), self.counting)
        self._think(self.costs.append.client, self._begin_commit, one)

    def _begin_commit(self, one: Revocation) -> None:
        self.time.at(self.time.now + self.costs.hop + self.costs.wait, self._append, one)

    def _append(self, one: Revocation) -> None:
        _, end = self.authority.serve(self.time.now, self.costs.append.server)
        self.time.at(end, self._write, one)

    def _write(self, one: Revocation) -> None:
        _, end = self.disk.serve(self.time.now, self.costs.durable)
        self.time.at(end, self._commit, one)

    def _commit(self, one: Revocation) -> None:
        now = self.time.now
        self._count_kept()
        self.commits.append(now)
        one.seq = len(self.commits)
        if self.fleet.push:
            for member in self.members:
                if member.state is not State.STOPPED:
                    _, end = self.authority.serve(now, self.costs.push.server)
                    self.time.at(end + self.costs.hop, self._hear, member)
        self.time.at(now + self.costs.hop, self._look, one)

    def _look(self, one: Revocation) -> None:
        one.since = one.since or self.time.now
        self.outcome.looks += self.counting
        op = Op(self._whole_look().server)
        self._ask(op, self._snapshot, self._seen, one, at_end=False)

    def _snapshot(self, one: Revocation) -> None:
        known = self.members if one.open is None else one.open
        one.open = [] if self.fleet.counter else [member for member in known if member.acked < one.seq]

    def _seen(self, one: Revocation) -> None:
        self._think(self._whole_look().client, self._judge, one)

    def _judge(self, one: Revocation) -> None:
        late = one.open or []
        if late and self.time.now - one.since < self.fleet.lease:
            self.time.at(self.time.now + next(one.pauses), self._look, one)
            return
        self.outcome.lapsed += len(late) if one.counted else 0
        one.judged = self.time.now
        self._retire(one)

    def _retire(self, one: Revocation) -> None:
        """One row after another, as many as there is time for; then the look for the entry."""
        while one.open and one.open[-1].retired:
            one.open.pop()
        if one.open and self.time.now - one.judged <= CLEARING * self.fleet.lease:
            member = one.open.pop()
            self._ask(self.costs.retire, None, self._retire, one)
            member.retired = member.acked < one.seq
        else:
            self._ask(self.costs.keeps, None, self._final, one)

    def _final(self, one: Revocation) -> None:
        self.under_way -= 1
        if one.counted:
            self.outcome.finals.append(self.time.now - one.started)
            self.outcome.barriers.append(self.time.now - one.since)

    # -- the log -----------------------------------------------------------------------------------------

    def _count_kept(self) -> None:
        if self.counting:
            self.outcome.kept += (len(self.commits) - self.pruned) * (self.time.now - self._kept_since)
            self._kept_since = self.time.now

    def _prune(self) -> None:
        self._count_kept()
        self.pruned = bisect_right(self.commits, self.time.now - self.fleet.retention)
        self.time.at(self.time.now + self.fleet.prune_every, self._prune)


def simulate(fleet: Fleet, seconds: float, *, seed: int = 1) -> Outcome:
    """Run a fleet for so many seconds of virtual time, after a lease to begin with."""
    return Simulation(fleet, seed=seed).run(seconds)
