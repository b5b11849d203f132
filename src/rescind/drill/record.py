"""What was seen in a trial, and what follows from it. Moments are `time.perf_counter` seconds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from rescind.drill.judge import Verdict

VOID_ABOVE = 0.01  # share of undecided answers above which a trial says nothing
UNUSABLE_ABOVE = 0.10  # share above which the whole run says nothing


@dataclass(frozen=True, slots=True)
class Asked:
    """One probe: when it started, when its answer ended, and what the answer says.

    `why` is the status, or what happened instead of an answer; `worker` is the name that the answer carried;
    `kept` tells a kept connection from one made for this probe; `base` is the base that was asked.
    """

    started: float
    ended: float
    verdict: Verdict
    why: str
    worker: str | None
    kept: bool
    base: str = ""

    @property
    def says(self) -> str:
        """For a message: "undecided (503)"."""
        return f"{self.verdict} ({self.why})"


@dataclass(frozen=True, slots=True)
class Faulted:
    """A trial that never came to measuring, and the reason."""

    number: int
    why: str


@dataclass(frozen=True)
class Trial:
    """A measured trial. `asked` is in the order in which the requests started."""

    number: int
    signed_in: float  # sign-in was answered
    ending: float  # the first step of the end was about to be sent
    answered: float  # the answer that confirms the end was complete
    stopped: float  # no more probes were sent
    still_accepted: bool  # it stopped although the copy still worked: the lag is at least what is shown
    asked: tuple[Asked, ...]
    copy_sha256: str
    noted: Mapping[str, str]  # what the steps of the end captured

    @property
    def end_duration(self) -> float:
        """Seconds that the ending calls took."""
        return self.answered - self.ending

    @cached_property
    def after(self) -> tuple[Asked, ...]:
        """The probes that started after the answer."""
        return tuple(asked for asked in self.asked if asked.started > self.answered)

    @cached_property
    def accepted_after(self) -> int:
        """How many of them were accepted: the number that should be 0."""
        return sum(asked.verdict is Verdict.ACCEPTED for asked in self.after)

    @cached_property
    def lag(self) -> float | None:
        """The revocation lag: from the answer to the start of the last accepted request, in seconds.

        Negative when that request started before the answer. None when nothing was accepted at all.
        """
        starts = [asked.started for asked in self.asked if asked.verdict is Verdict.ACCEPTED]
        return max(starts) - self.answered if starts else None

    @cached_property
    def resolution(self) -> float | None:
        """Seconds from the start of the last accepted request to the answer of a later one that was refused.

        Access ended in between: what the server waited after it took note of the end is more than `lag`, and
        at most `lag` + `resolution` + the duration of the end. None when nothing was refused after the last
        acceptance.
        """
        if self.lag is None:
            return None
        last = self.answered + self.lag
        later = (asked for asked in self.asked if asked.verdict is Verdict.REFUSED and asked.started > last)
        return min((asked.ended - last for asked in later), default=None)

    @cached_property
    def resurrections(self) -> int:
        """Requests accepted by a worker that had refused an earlier one, after the answer.

        Workers that are not told apart count as one: a late one beside a prompt one shows up here too.
        """
        first: dict[tuple[str, str | None], float] = {}
        for asked in self.after:
            if asked.verdict is Verdict.REFUSED:
                who = asked.base, asked.worker
                first[who] = min(first.get(who, math.inf), asked.ended)
        return sum(
            asked.verdict is Verdict.ACCEPTED
            and asked.started > first.get((asked.base, asked.worker), math.inf)
            for asked in self.after
        )

    @cached_property
    def undecided(self) -> int:
        """Probes without a verdict."""
        return sum(asked.verdict is Verdict.UNDECIDED for asked in self.asked)

    @property
    def void(self) -> str | None:
        """Why the trial proves nothing, or None. All probes and those after the answer must be decided."""
        for name, probes in (("after the answer", self.after), ("in all", self.asked)):
            undecided = sum(asked.verdict is Verdict.UNDECIDED for asked in probes)
            if not probes:
                return f"no probe {name}"
            if undecided > VOID_ABOVE * len(probes):
                reasons = sorted({asked.why for asked in probes if asked.verdict is Verdict.UNDECIDED})
                return f"{undecided} of {len(probes)} probes {name} undecided ({', '.join(reasons)})"
        if self.lag is None:
            return "the copy was accepted by no probe, not even before the end"
        return None
