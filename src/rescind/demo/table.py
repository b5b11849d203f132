"""What the demo found, row by row, and the lines that it prints. Every figure is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rescind.demo.peers import TOKEN_SECONDS
from rescind.demo.rows import Row
from rescind.drill.record import Trial
from rescind.drill.report import EndFigures, duration

WIDTH = 76
RULE = "─" * WIDTH
CHEAP = 0.1  # of what the row that reads the database on every request costs, measured in the same run


@dataclass(frozen=True, slots=True)
class Finding:
    """One measured row. `cost` is seconds of one check; `base_cost` that of a read of the database."""

    row: Row
    figures: EndFigures
    trials: tuple[Trial, ...]
    cost: float
    base_cost: float

    @property
    def prompt(self) -> bool:
        """No request that started after the answer was accepted."""
        return self.figures.held

    @property
    def cheap(self) -> bool:
        """A check costs at most a tenth of a database read."""
        return self.cost <= CHEAP * self.base_cost

    @property
    def left(self) -> float | None:
        """Seconds that a signed token had left when the watch ended, when its copies still worked."""
        if self.row.key != "token" or not self.figures.still_accepted_at_stop:
            return None
        return TOKEN_SECONDS - max(trial.stopped - trial.signed_in for trial in self.trials)

    @property
    def last(self) -> str:
        """When the last copy was accepted."""
        if self.figures.lag is None:
            return "not seen"
        if self.left is not None:
            return f"{duration(self.left)} left"
        if self.figures.lag["max"] <= 0:
            return "before"
        return duration(self.figures.lag["max"]) + (" +" if self.figures.still_accepted_at_stop else "")


def table(findings: Sequence[Finding]) -> list[str]:
    """The lines of the table, ours first."""
    ours = [_line(finding) for finding in findings if finding.row.ours]
    ordinary = [_line(finding) for finding in findings if not finding.row.ours]
    return [
        "                          copies accepted        last one      one check",
        "session model             after the answer       accepted      costs",
        RULE,
        *ours,
        RULE,
        *ordinary,
    ]


def _line(finding: Finding) -> str:
    seen = finding.figures
    accepted = f"{seen.accepted_after:>5,} of {seen.probes_after:>6,}"
    prompt = "✔" if finding.prompt else "✘"
    cheap = "  ✔" if finding.cheap else ""
    line = (
        f"{finding.row.label:<26}{accepted:<15}  {finding.last:>11}  {prompt:<5}{cost(finding.cost)}{cheap}"
    )
    return line.rstrip()


def cost(seconds: float) -> str:
    """Eight characters with the decimal points in one column: " 1.9 µs" and "52   µs"."""
    micro = seconds * 1e6
    return f"{micro:5.1f} µs" if micro < 9.95 else f"{micro:3.0f}   µs"


def promise(findings: Sequence[Finding]) -> tuple[bool, str]:
    """Whether ours held, and the last line."""
    ours = [finding.figures for finding in findings if finding.row.ours]
    accepted, of = sum(seen.accepted_after for seen in ours), sum(seen.probes_after for seen in ours)
    if accepted or any(seen.still_accepted_at_stop for seen in ours):
        return False, f"PROMISE BROKEN: {accepted:,} of {of:,} requests that started after the answer got in."
    for seen in ours:
        usable = seen.trials + len(seen.void)
        if seen.unusable or seen.trials < 0.9 * usable:
            why = seen.void[0] if seen.void else "no trial was measured"
            return False, f"PROMISE NOT SHOWN: {len(seen.void)} of {usable} trials are void ({why})"[
                : WIDTH + 1
            ]
    return True, f"PROMISE HELD: 0 of {of:,} requests that started after the answer got in."


def sign_out(findings: Sequence[Finding]) -> list[str]:
    """How long our sign-outs took, what their receipts say, and the last receipt."""
    ours = [finding for finding in findings if finding.row.ours]
    seen, trials = ours[-1].figures, ours[-1].trials
    if seen.end_duration is None or not trials:
        return ["No sign-out was measured.", ""]
    confirmed = [int(trial.noted["workers"]) for trial in trials]
    most = max(confirmed)
    number = {1: "the one worker", 2: "both workers"}.get(most, f"{most} workers")
    share = sum(count == most for count in confirmed)
    said = (
        f"{number} had confirmed by then"
        if share == len(confirmed)
        else f"in {share} of {len(confirmed)} {number} had confirmed"
    )
    took = f"{duration(seen.end_duration['p50'])} (p99 {duration(seen.end_duration['p99'])})"
    return [
        f"Sign-out answered in {took}: {said}.",
        f"Receipt of the last one:  {trials[-1].noted['receipt']}",
    ]
