"""What the demo found, row by row, and the lines of its table. Every figure is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rescind.demo.rows import Row
from rescind.demo.sites.peers import TOKEN_SECONDS
from rescind.drill.record import Trial
from rescind.drill.report import EndFigures, duration

WIDTH = 76
RULE = "─" * WIDTH
CHEAP = 0.2  # of what verifying a signed token costs, measured in the same run


@dataclass(frozen=True, slots=True)
class Finding:
    """One measured row. `cost` is seconds of one check; `token_cost` that of verifying a token."""

    row: Row
    figures: EndFigures
    trials: tuple[Trial, ...]
    cost: float
    token_cost: float

    @property
    def prompt(self) -> bool:
        """No request that started after the answer was accepted."""
        return self.figures.held

    @property
    def cheap(self) -> bool:
        """A check costs at most a fifth of verifying a signed token."""
        return self.cost <= CHEAP * self.token_cost

    @property
    def left(self) -> float | None:
        """Seconds that a signed token had left when the watch ended, when its copies still worked."""
        if self.row.key != "token" or not self.figures.still_accepted_at_stop:
            return None
        return TOKEN_SECONDS - max(trial.stopped - trial.signed_in for trial in self.trials)

    @property
    def last(self) -> str:
        """When the last copy was accepted."""
        lags = [trial.lag for trial in self.trials if trial.lag is not None]  # void ones saw acceptances too
        if not lags:
            return "not seen"
        if self.left is not None:
            return f"{duration(self.left)} left"
        if max(lags) <= 0:
            return "before"
        return duration(max(lags)) + (" +" if self.figures.still_accepted_at_stop else "")


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
    accepted = f"{seen.accepted_after:>6,} of {seen.probes_after:>6,}"
    prompt = "✔" if finding.prompt else "✘"
    cheap = "  ✔" if finding.cheap else ""
    return f"{finding.row.label:<25}{accepted:<16}{finding.last:>15}  {prompt}   {cost(finding.cost)}{cheap}"


def cost(seconds: float) -> str:
    """Eight characters with the decimal points in one column: "  1.9 µs", " 52   µs", "  1.4 ms"."""
    unit, value = ("µs", seconds * 1e6) if seconds < 999.5e-6 else ("ms", seconds * 1e3)
    return f"{value:5.1f} {unit}" if value < 9.95 else f"{value:3.0f}   {unit}"
