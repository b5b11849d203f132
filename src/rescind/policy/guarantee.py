"""What a route asks for while the authority cannot be reached: a refusal, or memory of a bounded age.

Source: ASVS 5.0 V16.5.2 (graceful degradation that stays secure), named on the route and never a default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rescind._duration import Duration, seconds
from rescind.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Bounded:
    """Made by ``bounded``.

    Attributes:
        within: seconds since this process last read the log.
    """

    within: float


Guarantee = Literal["immediate"] | Bounded


def bounded(within: Duration) -> Bounded:
    """For ``require(guarantee=bounded("30s"))``: while the authority cannot be reached, and only then, the
    route accepts a session that memory knows, up to so long after this process last read the log.

    Whatever memory has learnt since refuses all the same: an end, a change, the limits of the session. What
    is ended elsewhere meanwhile is not known here: that is what the route accepts, and what receipts say in
    ``outside``.

    Args:
        within: how long, e.g. ``"30s"``.

    Raises:
        ConfigurationError: it is no duration, or zero.
    """
    time = seconds(within, setting="bounded")
    if not time:
        raise ConfigurationError('bounded(0) accepts nothing: use guarantee="immediate", the default')
    return Bounded(time)


def seconds_of(guarantee: Guarantee, *, lease: float, strict: bool) -> float | None:
    """How long a route may answer from memory; ``None`` for ``"immediate"``.

    Args:
        lease: of the engine, seconds.
        strict: the route reads the authority for each request.

    Raises:
        ConfigurationError: the guarantee cannot be given.
    """
    if guarantee == "immediate":
        return None
    if not isinstance(guarantee, Bounded):
        raise ConfigurationError(
            f'guarantee={guarantee!r}: use guarantee="immediate", the default, or bounded("30s")'
        )
    if strict:
        raise ConfigurationError(
            "strict=True reads the authority for each request, and bounded() answers without it: choose one"
        )
    if not lease:
        raise ConfigurationError("guarantee=bounded(...): with lease=0 nothing is answered from memory")
    if guarantee.within <= lease:
        raise ConfigurationError(
            f"guarantee=bounded({guarantee.within:g}): memory answers for a lease ({lease:g} s) as it is: "
            "name a longer time"
        )
    return guarantee.within
