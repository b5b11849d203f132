"""Figures of a drill: percentiles, what held, the JSON object, the terminal lines and the exit code.

A void trial never proves that access was withdrawn, but an acceptance seen in one is still an acceptance: it
counts against the bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rescind.drill.judge import Verdict
from rescind.drill.plan import IMMEDIATE
from rescind.drill.record import UNUSABLE_ABOVE, Asked, Trial

if TYPE_CHECKING:
    from rescind.drill.run import EndOutcome, Outcome

GAP = "   "  # between the parts of a line
QUANTILES = (("p50", 0.50), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))


def quantiles(values: Sequence[float]) -> dict[str, float] | None:
    """p50, p95, p99 and max by nearest rank (each is a value that was seen); None without values."""
    if not values:
        return None
    ordered = sorted(values)
    return {name: ordered[max(0, math.ceil(share * len(ordered)) - 1)] for name, share in QUANTILES}


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """What one worker, or one base, answered. `lag` in seconds; None when it accepted nothing at all."""

    probes_after: int
    accepted_after: int
    lag: float | None

    def to_dict(self) -> dict[str, object]:
        """The object in `workers` of the JSON report."""
        return {
            "probes_after": self.probes_after,
            "accepted_after": self.accepted_after,
            "lag_s": self.lag,
        }


@dataclass(frozen=True, slots=True)
class EndFigures:
    """The figures of one end. Times in seconds; a negative lag is before the answer."""

    name: str
    trials: int  # measured and not void
    void: tuple[str, ...]  # the reason of each trial that is
    end_duration: dict[str, float] | None
    lag: dict[str, float] | None
    resolution: dict[str, float] | None  # how far the true lag may lie above the measured one
    accepted_after: int
    probes_after: int
    still_accepted_at_stop: int  # trials
    resurrections: int
    undecided: int
    probes: int
    workers: dict[str, WorkerFigures]  # by name, by base when there are several, or by both
    told_apart: bool
    bound: float
    unsure: int  # trials in which the bound lies between the lag and the lag with its resolution
    broken: bool  # an acceptance beyond the bound was seen, be it in a void trial
    held: bool

    @property
    def unusable(self) -> bool:
        """Nothing was measured: most trials are void, or more than a tenth of the answers undecided."""
        few = not self.trials or len(self.void) > self.trials
        return few or self.undecided > UNUSABLE_ABOVE * self.probes

    def to_dict(self) -> dict[str, object]:
        """The object in `ends` of the JSON report."""
        return {
            "name": self.name,
            "trials": self.trials,
            "void": len(self.void),
            "end_duration_s": self.end_duration,
            "lag_s": self.lag,
            "resolution_s": self.resolution,
            "unsure": self.unsure,
            "accepted_after": self.accepted_after,
            "probes_after": self.probes_after,
            "still_accepted_at_stop": self.still_accepted_at_stop,
            "resurrections": self.resurrections,
            "undecided": self.undecided,
            "workers_told_apart": self.told_apart,
            "workers": {name: seen.to_dict() for name, seen in self.workers.items()},
            "bound_s": self.bound,
            "held": self.held,
            "void_because": sorted(set(self.void)),
        }

    def line(self) -> str:
        """One line for the terminal."""
        if self.end_duration is None or self.lag is None:
            return GAP.join([self.name, "not measured", self.void[0] if self.void else "no trial was run"])
        answered = f"{duration(self.end_duration['p50'])} (p99 {duration(self.end_duration['p99'])})"
        parts = [
            self.name,
            f"{self.trials} trials" + (f", {len(self.void)} void" if self.void else ""),
            f"answered in {answered}",
            self.last(),
            f"{self.accepted_after:,} of {self.probes_after:,} after",
            *([] if self.told_apart else ["workers not told apart"]),
            f"bound {self.bound_text}",
            self.verdict,
        ]
        return GAP.join(parts)

    def last(self) -> str:
        """When the copy was last accepted, in words."""
        if self.lag is None:
            return "copy never accepted"
        last = self.lag["max"]
        if self.still_accepted_at_stop:
            return f"copy still accepted {duration(last)} after the answer, when the watch ended"
        return f"last copy accepted {duration(abs(last))} {'before' if last <= 0 else 'after'} the answer"

    @property
    def bound_text(self) -> str:
        """ "immediate", or a time with its unit."""
        return IMMEDIATE if self.bound == 0 else duration(self.bound)

    @property
    def verdict(self) -> str:
        """The last word of the line. A bound that was seen broken is broken, whatever else is missing."""
        if self.broken:
            return "NOT HELD"
        return "NOT MEASURED" if self.unusable else "HELD" if self.held else "NOT HELD"


def duration(value: float) -> str:
    """A time of zero or more seconds with a unit that suits it: 250 µs, 1.2 ms, 4.9 s, 14:48."""
    if value >= 59.95:
        minutes, rest = divmod(int(value + 0.05), 60)
        return f"{minutes}:{rest:02d}"
    if value >= 0.9995:
        return f"{value:.1f} s"
    if value >= 0.00995:
        return f"{value * 1e3:.0f} ms"
    if value >= 0.0009995:
        return f"{value * 1e3:.1f} ms"
    return f"{value * 1e6:.0f} µs"


def figures(outcome: EndOutcome) -> EndFigures:
    """What the trials of one end say together."""
    good = [trial for trial in outcome.trials if trial.void is None]
    void = [f"trial {fault.number}: {fault.why}" for fault in outcome.faulted]
    void += [f"trial {trial.number}: {trial.void}" for trial in outcome.trials if trial.void is not None]
    answered = [asked for trial in outcome.trials for asked in trial.after if asked.verdict != "undecided"]
    bound = outcome.end.bound_s
    broken = any(_beyond(trial, bound) for trial in outcome.trials)
    return EndFigures(
        name=outcome.end.name,
        trials=len(good),
        void=tuple(void),
        end_duration=quantiles([trial.end_duration for trial in good]),
        lag=quantiles([trial.lag for trial in good if trial.lag is not None]),
        resolution=quantiles([trial.resolution for trial in good if trial.resolution is not None]),
        accepted_after=sum(trial.accepted_after for trial in outcome.trials),
        probes_after=sum(len(trial.after) for trial in outcome.trials),
        still_accepted_at_stop=sum(trial.still_accepted for trial in outcome.trials),
        resurrections=sum(trial.resurrections for trial in outcome.trials),
        undecided=sum(trial.undecided for trial in outcome.trials),
        probes=sum(len(trial.asked) for trial in outcome.trials),
        workers=_workers(outcome.trials),
        told_apart=bool(answered) and all(asked.worker is not None for asked in answered),
        bound=bound,
        unsure=sum(_unsure(trial, bound) for trial in good),
        broken=broken,
        held=bool(good) and not broken,
    )


def _workers(trials: Sequence[Trial]) -> dict[str, WorkerFigures]:
    """Everybody who decided about a probe, before the answer or after it."""
    several = len({asked.base for trial in trials for asked in trial.asked}) > 1
    seen: dict[str, list[tuple[Asked, float]]] = {}  # with the time since the answer
    for trial in trials:
        for asked in trial.asked:
            name = " ".join(part for part in (asked.base if several else "", asked.worker or "") if part)
            if name and asked.verdict is not Verdict.UNDECIDED:
                seen.setdefault(name, []).append((asked, asked.started - trial.answered))
    return {name: _worker(seen[name]) for name in sorted(seen)}


def _worker(seen: Sequence[tuple[Asked, float]]) -> WorkerFigures:
    accepted = [since for asked, since in seen if asked.verdict is Verdict.ACCEPTED]
    return WorkerFigures(
        probes_after=sum(since > 0 for _, since in seen),
        accepted_after=sum(since > 0 for since in accepted),
        lag=max(accepted, default=None),
    )


def report(outcome: Outcome) -> dict[str, object]:
    """The JSON object of `--json`."""
    ends = [figures(end) for end in outcome.ends]
    return {
        "tool": "rescind drill",
        "version": outcome.version,
        "target": list(outcome.plan.target.bases),
        "ends": [end.to_dict() for end in ends],
        "held": outcome.stopped is None and all(end.held for end in ends),
        **({} if outcome.stopped is None else {"stopped": outcome.stopped}),
    }


def exit_code(outcome: Outcome) -> int:
    """0 every bound held, 1 one did not, 2 not measured (stopped, no usable trial, too much undecided).

    A bound that was seen broken is 1 even when the rest of the run says little.
    """
    ends = [figures(end) for end in outcome.ends]
    if any(end.broken for end in ends):
        return 1
    if outcome.stopped is not None or any(end.unusable for end in ends):
        return 2
    return 0 if all(end.held for end in ends) else 1


def _unsure(trial: Trial, bound: float) -> bool:
    """Not asked of "immediate": there the requests right after the answer decide."""
    if not bound or trial.lag is None or trial.resolution is None:
        return False
    return trial.lag <= bound < trial.lag + trial.resolution


def _beyond(trial: Trial, bound: float) -> bool:
    return trial.still_accepted or (trial.lag is not None and trial.lag > bound)
