"""What can go wrong in a drill.

DrillError
├── PlanError       the plan cannot be run as written; says which field and the mend (exit 2)
├── ConsentNeeded   the target is not on this machine or network and nobody said it may be tested (exit 2)
├── StepFailed      a step got another answer than expected; the trial is void
└── BaselineFailed  the copy does not work, or no credential is needed at all; the trial is void
"""

from __future__ import annotations


class DrillError(Exception):
    """Root of everything the drill raises on purpose."""


class PlanError(DrillError, ValueError):
    """The plan cannot be run as written. `at` is the field that is wrong, where one of the struct is."""

    def __init__(self, message: str, *, at: str | None = None) -> None:
        super().__init__(message)
        self.at = at


class ConsentNeeded(DrillError):
    """The target belongs to others as far as the drill can tell; `allow` must name its host."""


class StepFailed(DrillError):
    """A step was not answered, or not as its `expect` says. `status` is the answer's, if there was one."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class BaselineFailed(DrillError):
    """One of the two proofs before the clock starts failed; the message says which."""
