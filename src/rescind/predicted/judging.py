"""Whether a measurement contradicts a prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from rescind.drill.report import EndFigures, duration
from rescind.paths.model import Behaviour, Route
from rescind.paths.words import spoken

SLACK = 10.0  # seconds by which a life may end sooner than predicted: it began before the copy was taken
Agrees = Literal["agrees", "slower", "sooner", "no prediction", "not measured"]


@dataclass(frozen=True)
class Judged:
    """One route after one end.

    Attributes:
        end: as the plan calls it.
        figures: None where nothing was measured; ``says`` has the reason then.
        agrees: ``slower`` and ``sooner`` contradict the prediction.
    """

    route: Route
    end: str
    predicted: Behaviour | None
    figures: EndFigures | None
    agrees: Agrees
    says: str

    @property
    def contradicts(self) -> bool:
        return self.agrees in {"slower", "sooner"}

    def to_dict(self) -> dict[str, Any]:
        """As ``--json`` has it."""
        route = self.route
        return {
            "method": route.method, "path": route.path, "endpoint": route.endpoint, "file": route.file,
            "line": route.line, "end": self.end,
            "predicted": None if self.predicted is None else self.predicted.to_dict(),
            "measured": None if self.figures is None else self.figures.to_dict(),
            "agrees": self.agrees, "says": self.says,
        }  # fmt: skip


def judge(route: Route, end: str, predicted: Behaviour | None, figures: EndFigures) -> Judged:
    """The verdict on one measurement."""
    if figures.unusable or figures.lag is None:
        return unmeasured(route, end, predicted, figures.void[0] if figures.void else "no trial was run")
    if predicted is None or predicted.kind in {"unknown", "n/a"}:
        return Judged(route, end, predicted, figures, "no prediction", seen(figures))
    return Judged(route, end, predicted, figures, compared(predicted, figures), seen(figures))


def unmeasured(route: Route, end: str, predicted: Behaviour | None, why: str) -> Judged:
    """Of a route that the drill cannot ask, or that it learned nothing of."""
    return Judged(route, end, predicted, None, "not measured", why)


def compared(predicted: Behaviour, figures: EndFigures) -> Agrees:
    survived = figures.still_accepted_at_stop > 0
    last = 0.0 if figures.lag is None else figures.lag["max"]
    if predicted.kind == "immediate":
        return "slower" if figures.accepted_after else "agrees"
    if predicted.kind == "never":
        return "agrees" if survived else "sooner"
    seconds = predicted.seconds
    if seconds is not None and last > seconds:
        return "slower"
    ends_soon = seconds is not None and last >= seconds - SLACK
    if predicted.kind == "expiry" and not survived and not ends_soon:
        return "sooner"
    return "agrees"


def seen(figures: EndFigures) -> str:
    """What was measured, in words."""
    count = f"{figures.accepted_after:,} of {figures.probes_after:,} accepted after the answer"
    last = 0.0 if figures.lag is None else figures.lag["max"]
    if figures.still_accepted_at_stop:
        return f"{count}, and still {duration(last)} after it, when the watch ended"
    return f"{count}, the last one {duration(last)} after it" if figures.accepted_after else count


def line(judged: Judged) -> str:
    """One line: what, where, how it was predicted, what was seen."""
    said = "nothing" if judged.predicted is None else spoken(judged.predicted)
    name = f"{judged.route.method} {judged.route.path}"
    return f"{judged.end}: {name}: predicted {said}; {judged.says}"
