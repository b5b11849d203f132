"""The lines below the tables: how long sign-out took, what the receipts say, and whether the promise held."""

from __future__ import annotations

from collections.abc import Sequence

from rescind.demo.one_revoke import OneRevoke
from rescind.demo.processes import WORKERS
from rescind.demo.table import Finding
from rescind.demo.ways import Found
from rescind.drill.report import EndFigures, duration

VOID_AT_MOST = 0.1  # of our trials; with more, the figures do not carry a promise


def ours(findings: Sequence[Finding], found: Sequence[Found]) -> list[EndFigures]:
    """Everything measured of ours, once: the second table shows some sign-outs of the first."""
    first = [finding.figures for finding in findings if finding.row.ours]
    cells = (cell.figures for one in found if one.kind.ours for cell in one.cells.values())
    return first + [seen for seen in cells if not any(seen is known for known in first)]


def promise(seen: Sequence[EndFigures], one: OneRevoke | None = None) -> tuple[bool, str]:
    """Whether ours held, and the last line: PROMISE HELD, BROKEN, or NOT SHOWN (too little measured)."""
    accepted, of = sum(each.accepted_after for each in seen), sum(each.probes_after for each in seen)
    if one is not None:
        accepted, of = accepted + one.accepted, of + one.asked
    if accepted or any(each.still_accepted_at_stop for each in seen):
        return False, f"PROMISE BROKEN: {accepted:,} of {of:,} requests that started after the answer got in."
    if not seen:
        return False, "PROMISE NOT SHOWN: nothing was measured."
    void, trials = sum(len(each.void) for each in seen), sum(each.trials + len(each.void) for each in seen)
    if any(each.unusable for each in seen) or void > VOID_AT_MOST * trials:
        return False, f"PROMISE NOT SHOWN: {void} of {trials} trials are void."
    if one is not None and one.state != "final":
        return False, f"PROMISE NOT SHOWN: the one revoke was {one.state}."
    return True, f"PROMISE HELD: 0 of {of:,} requests that started after the answer got in."


def sign_out(findings: Sequence[Finding]) -> list[str]:
    """How long our sign-outs took and who had confirmed them, and the last receipt."""
    ours = [finding for finding in findings if finding.row.ours]
    seen, trials = ours[-1].figures, ours[-1].trials
    if seen.end_duration is None or not trials:
        return ["No sign-out was measured."]
    confirmed = [int(trial.noted["workers"]) for trial in trials]
    everybody = sum(count >= WORKERS for count in confirmed)
    said = f"in {everybody} of {len(confirmed)} all {WORKERS} workers had confirmed by then"
    if everybody == len(confirmed):
        said = (
            "both workers had confirmed by then"
            if WORKERS == 2
            else f"all {WORKERS} workers had confirmed by then"
        )
    took = f"{duration(seen.end_duration['p50'])} (p99 {duration(seen.end_duration['p99'])})"
    receipt, _, _ = trials[-1].noted["receipt"].partition(" · outside: ")  # one line of eighty columns
    return [f"Sign-out answered in {took}: {said}.", f"Last receipt:  {receipt}"]
