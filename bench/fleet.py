"""What a fleet is made of, and what is counted when it is simulated."""

from __future__ import annotations

from dataclasses import dataclass, field

from rescind.config import LEASE_RANGE, Settings

LEASE = Settings("memory://").lease


@dataclass(frozen=True, slots=True)
class Op:
    """One round trip: seconds of a processor that it takes at the authority and in the process that asks."""

    server: float = 0.0
    client: float = 0.0

    def __add__(self, other: Op) -> Op:
        return Op(self.server + other.server, self.client + other.client)

    def times(self, count: float) -> Op:
        return Op(self.server * count, self.client * count)


FREE = Op()


@dataclass(frozen=True, slots=True)
class Costs:
    """What things cost, in seconds.

    Attributes:
        read, news: a worker's read of the log that finds nothing, and one that finds an entry.
        ack: an acknowledgement.
        look, row: a look at an empty registry, and what each row adds.
        append: a revocation up to its commit, but for the disk.
        keeps: the look for the entry at the end of a barrier.
        retire: a row marked that let its term pass.
        register: a worker that begins anew.
        push: for each listener.
        hop: one way between a process and the authority.
        durable: the disk, for one commit; one after another.
        wait: what else a commit waits for.
    """

    read: Op = FREE
    news: Op = FREE
    ack: Op = FREE
    look: Op = FREE
    row: Op = FREE
    append: Op = FREE
    keeps: Op = FREE
    retire: Op = FREE
    register: Op = FREE
    push: Op = FREE
    hop: float = 0.0
    durable: float = 0.0
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """What is simulated.

    Attributes:
        workers: processes that check from memory; who has not for ten leases is none, and costs nothing.
        rate: revocations a second of the whole fleet, at random times, each by a process of its own.
        processors: of the authority.
        lease: seconds.
        push: whether workers hear of a commit.
        counter: whether every check looks at a counter, so that nobody is waited for (SQLite).
        together: workers and revokers run on the processors of the authority.
        switch: seconds that a thread of a worker waits for its turn: ``sys.getswitchinterval()`` where all
            the others only compute.
        stopped: workers, of all, that are in the registry and do nothing.
        retention, prune_every: seconds; entries older than ``retention`` go whenever it is pruned.

    Raises:
        ValueError: it names the argument.
    """

    workers: int
    rate: float
    costs: Costs = field(default_factory=Costs)
    processors: int = 1
    lease: float = LEASE
    push: bool = True
    counter: bool = False
    together: bool = False
    switch: float = 0.0
    stopped: int = 0
    retention: float = 360.0
    prune_every: float = 60.0

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ValueError(f"workers={self.workers}: a fleet has at least 1")
        if not 0 <= self.stopped <= self.workers:
            raise ValueError(f"stopped={self.stopped}: 0 to workers, which is {self.workers}")
        if self.rate < 0:
            raise ValueError(f"rate={self.rate}: revocations a second, 0 or more")
        if self.processors < 1:
            raise ValueError(f"processors={self.processors}: the authority has at least 1")
        low, high = LEASE_RANGE
        if not low <= self.lease <= high:
            raise ValueError(f"lease={self.lease}: {low:g} to {high:g} seconds, as the setting")
        if min(self.retention, self.prune_every) <= 0:
            raise ValueError("retention and prune_every: seconds, more than 0")


@dataclass(slots=True)
class Outcome:
    """What was counted, after the fleet had been running for a lease.

    Attributes:
        seconds: for how long it was counted.
        reads, acks: at the authority.
        watched, looks: looks at the registry, by the watch of each worker and by revokers.
        registered: workers that began anew, because their rows had been retired.
        finals: seconds of each revocation, from the call until its receipt is final.
        barriers: the part of it after the commit had returned.
        lapsed: rows that were given up after a term, over all revocations.
        unfinished: revocations that were not final a few leases after the last one was begun.
        load: processors of the authority that were busy, on average.
        dark: share of the workers' time in which memory could not be trusted.
        kept: entries in the log, on average.
    """

    seconds: float
    reads: int = 0
    acks: int = 0
    watched: int = 0
    looks: int = 0
    registered: int = 0
    finals: list[float] = field(default_factory=list)
    barriers: list[float] = field(default_factory=list)
    lapsed: int = 0
    unfinished: int = 0
    load: float = 0.0
    dark: float = 0.0
    kept: float = 0.0
