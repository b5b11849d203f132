"""The second table: for each kind of session and each way to end access, when a copy was last accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rescind.demo.kinds import WAYS, Kind
from rescind.demo.table import RULE
from rescind.drill.record import Trial
from rescind.drill.report import EndFigures, duration

NONE, NO_SUCH = "·", "-"
LEGEND = f"{NONE}  never after the answer    {NO_SUCH}  no such thing there    +, left  still works"
LABEL, CELL = 26, 10  # columns
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One way to end one kind of session, measured. `life`: seconds that a copy is good for by itself."""

    figures: EndFigures
    trials: tuple[Trial, ...]
    life: float | None = None

    @property
    def text(self) -> str:
        """When the copy was last accepted after the answer, or what is left of a life that goes on."""
        lags = [trial.lag for trial in self.trials if trial.lag is not None]
        if not lags:
            return "not seen"
        if self.figures.still_accepted_at_stop:
            if self.life is None:
                return f"{duration(max(lags))} +"
            age = max(trial.stopped - trial.signed_in for trial in self.trials)
            return f"{_left(self.life - age)} left"
        return duration(max(lags)) if max(lags) > 0 else NONE


@dataclass(frozen=True, slots=True)
class Found:
    """One measured row: a cell for each way that there is."""

    kind: Kind
    cells: Mapping[str, Cell]


def table(found: Sequence[Found]) -> list[str]:
    """The lines of the table, ours first."""
    return [
        _line("", WAYS),
        RULE,
        *(_row(one) for one in found if one.kind.ours),
        RULE,
        *(_row(one) for one in found if not one.kind.ours),
    ]


def _row(found: Found) -> str:
    cells = (found.cells[way].text if way in found.cells else NO_SUCH for way in WAYS)
    return _line(found.kind.label, cells)


def _line(label: str, cells: Iterable[str]) -> str:
    return (f"{label:<{LABEL}}" + "".join(f"{cell:^{CELL}}" for cell in cells)).rstrip()


def _left(seconds: float) -> str:
    """Minutes and seconds, or whole days: 14:58, 30 d."""
    return f"{int(seconds // _DAY)} d" if seconds >= _DAY else duration(seconds)
