"""What a check may trust, published by one reference assignment."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class View:
    """An immutable statement of how far this process has read the log.

    Attributes:
        birth: the log that was read.
        applied: every entry up to this number is in the index.
        deadline: on the lease clock, seconds: until when memory may be trusted, counted from before the read.
        mark: identifies (birth, applied) and the state of the wall clock: renewals that find nothing new keep
            it. A record judged under this very mark needs no second look at the index.
    """

    birth: str
    applied: int
    deadline: float
    mark: object = field(default_factory=object)


VOID = View(birth="", applied=-1, deadline=float("-inf"))
"""Trusts nothing: before the first read, after a fork, once the lease is given up."""
