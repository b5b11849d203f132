"""What arithmetic says of a fleet, for the simulation to be held against.

A pause is uniform between a and b, shares ``PAUSE`` of a lease; a push ends it. With pushes at random times,
``rate`` a second, E[min(T, X)] = (1 - E[exp(-rate T)]) / rate. Without them the time from any moment to the
next read of a worker has the density (1 - F(t)) / E[T] (the waiting-time paradox), and a barrier lasts for
the longest of ``workers`` such times. One server lets wait as Pollaczek and Khinchine say.
"""

from __future__ import annotations

import math

from bench.fleet import Fleet
from rescind.revocation.keeper import PAUSE
from rescind.revocation.registry import pause_of


def bounds(fleet: Fleet) -> tuple[float, float]:
    """Of a pause, in seconds."""
    return PAUSE[0] * fleet.lease, PAUSE[1] * fleet.lease


def mean_pause(fleet: Fleet) -> float:
    """Seconds between two rounds of a worker, but for what the round itself takes."""
    low, high = bounds(fleet)
    if not fleet.push or not fleet.rate:
        return (low + high) / 2
    return -math.expm1(math.log(undisturbed(fleet))) / fleet.rate


def undisturbed(fleet: Fleet) -> float:
    """Share of the pauses in which nothing is appended: E[exp(-rate T)]."""
    low, high = bounds(fleet)
    rate = fleet.rate
    if not rate:
        return 1.0
    return math.exp(-rate * low) * -math.expm1(-rate * (high - low)) / (rate * (high - low))


def reads(fleet: Fleet) -> float:
    """Renewals a second at the authority."""
    return (fleet.workers - fleet.stopped) / mean_pause(fleet)


def acks(fleet: Fleet) -> float:
    """Acknowledgements a second: of the reads that find something."""
    return reads(fleet) * (1 - undisturbed(fleet))


def watched(fleet: Fleet) -> float:
    """Looks at the registry a second that the fleet makes to clear up after who died: each in the first round
    after it is time to, half a pause late."""
    return (fleet.workers - fleet.stopped) / (pause_of(fleet.workers) + mean_pause(fleet) / 2)


def load(fleet: Fleet, *, looks: float = 1.0) -> float:
    """Processors of the authority that the fleet keeps busy.

    Args:
        looks: at the registry, by one revoker.
    """
    costs, rate = fleet.costs, fleet.rate
    row = costs.look.server + costs.row.server * fleet.workers
    found = acks(fleet)
    pushes = rate * fleet.workers * costs.push.server if fleet.push else 0.0
    revoked = rate * (costs.append.server + costs.keeps.server + looks * row)
    renewed = (reads(fleet) - found) * costs.read.server + found * (costs.news.server + costs.ack.server)
    return renewed + watched(fleet) * row + pushes + revoked


def herd(fleet: Fleet) -> float:
    """Seconds until a fleet that was woken all at once has read and acknowledged, if nothing else is done."""
    costs = fleet.costs
    each = costs.push.server + costs.news.server + costs.ack.server
    return fleet.workers * each / fleet.processors


def longest_residual(fleet: Fleet, share: float = 0.5) -> float:
    """Seconds within which, with probability ``share``, all workers have come by themselves."""
    return residual(fleet, share ** (1 / (fleet.workers - fleet.stopped)))


def residual(fleet: Fleet, share: float) -> float:
    """Seconds from a random moment to the end of a pause, at most, with this probability."""
    low, high = bounds(fleet)
    mean, wanted = (low + high) / 2, share * (low + high) / 2
    if wanted <= low:
        return wanted
    # x + the integral of (high - u) / (high - low) from low: a quadratic.
    left = (mean - wanted) * 2 * (high - low)
    return high - math.sqrt(max(0.0, left))


def kept(fleet: Fleet) -> float:
    """Entries in the log, on average: each stays until it is pruned after its time."""
    return fleet.rate * (fleet.retention + fleet.prune_every / 2)


def mean_wait(load: float, service: float, *, constant: bool) -> float:
    """Seconds that one waits for one server (Pollaczek and Khinchine): M/D/1 or M/M/1.

    Args:
        load: share of the time in which it is busy, less than 1.
        service: seconds, on average.
    """
    return load * service / (1 - load) / (2 if constant else 1)
