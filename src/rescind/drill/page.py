"""The HTML page of a drill: the picture of every request, and the figures as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rescind.drill.picture import Strip, Table, page
from rescind.drill.report import EndFigures, duration, figures
from rescind.drill.run import Outcome

ENOUGH = 100  # probes after the answer before a rate can be spoken of


def as_html(outcome: Outcome, when: str) -> str:
    """One self-contained page. `when` says when it was measured."""
    ends = [figures(end) for end in outcome.ends]
    target = outcome.plan.target
    return page(
        title=_title(ends, outcome.stopped),
        lede=(
            f"Target {', '.join(target.bases)}. Somebody copies what proves a session; then the access is"
            f" ended. The copy is tried before, during and after, over HTTP, {target.rate:g} times a second."
        ),
        answer="answered",
        strips=[
            Strip(
                end.name,
                f"{got_in(end)} accepted after the answer, {end.verdict.lower()}",
                end.held,
                seen.trials,
                end.bound,
            )
            for end, seen in zip(ends, outcome.ends, strict=True)
        ],
        table=Table(_HEAD, [_row(end) for end in ends]),
        notes=[*_notes(ends, outcome.stopped), f"Measured {when} by rescind drill {outcome.version}."],
    )


def got_in(end: EndFigures) -> str:
    """3 of 1,960"""
    return f"{end.accepted_after:,} of {end.probes_after:,}"


def _title(ends: Sequence[EndFigures], stopped: str | None) -> str:
    if stopped is not None:
        return f"Stopped: {stopped}"
    if len(ends) == 1:
        return f"After “{ends[0].name}” a copied session got in {got_in(ends[0])} times"
    return f"{sum(end.held for end in ends)} of {len(ends)} ways to end access held their bound"


_HEAD = ("end", "accepted after", "lag p50", "lag max", "resolution", "answered in (p99)", "trials", "bound")


def _row(end: EndFigures) -> list[str]:
    took = end.end_duration
    lag, blur = end.lag or {}, end.resolution or {}
    return [
        end.name,
        got_in(end),
        signed(lag.get("p50")),
        ("≥ " if end.still_accepted_at_stop else "") + signed(lag.get("max")),
        signed(blur.get("p50")).removeprefix("+"),
        "-" if took is None else f"{duration(took['p50'])} ({duration(took['p99'])})",
        f"{end.trials}" + (f" ({len(end.void)} void)" if end.void else ""),
        end.bound_text,
    ]


def signed(value: float | None) -> str:
    """A time on either side of the answer: −4.0 ms, +0.5 s."""
    return "-" if value is None else f"{'−' if value < 0 else '+'}{duration(abs(value))}"


def _notes(ends: Sequence[EndFigures], stopped: str | None) -> Iterator[str]:
    yield from remarks(ends)
    for end in ends:
        for name, seen in end.workers.items():
            count = f"{seen.accepted_after:,} of {seen.probes_after:,} accepted after the answer"
            yield f"{end.name}, {name}: {count}, last one {signed(seen.lag)}."
    if any(end.bound for end in ends):
        yield "A dashed line is the bound, where it is not immediate."
    if stopped is not None:
        yield f"Stopped early: {stopped}."
    yield (
        "Lag is the time from the answer that confirms the end to the start of the last request that was"
        " accepted. Gaps are moments in which the drill itself did not run."
    )


def remarks(ends: Sequence[EndFigures]) -> Iterator[str]:
    """What a reader has to know beside the figures; the terminal shows the same."""
    for end in ends:
        if end.resolution is not None:
            worst, usual = duration(end.resolution["max"]), duration(end.resolution["p50"])
            yield f"{end.name}: resolution {usual}, {worst} at worst: the true lag may lie so far above."
        if end.held and not end.accepted_after and end.probes_after >= ENOUGH:
            yield (
                f"{end.name}: none of {end.probes_after:,} shows a rate below {3 / end.probes_after:.2g}"
                " with 95 % confidence, not zero."
            )
        if end.held and end.unsure:
            yield f"{end.name}: {end.unsure} trials too coarse for the bound; a higher rate decides them."
        silent = [name for name, seen in end.workers.items() if not seen.probes_after]
        if silent:
            yield f"{end.name}: {', '.join(silent)} decided no request after the answer."
        if end.resurrections:
            apart = "" if end.told_apart else "; workers are not told apart, a late one looks the same"
            yield f"{end.name}: {end.resurrections:,} accepted after a refusal{apart}."
        for why in sorted(set(end.void))[:3]:
            yield f"{end.name}: void, {why}."
