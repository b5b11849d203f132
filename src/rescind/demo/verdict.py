"""The lines below the table: how long sign-out took, what the receipts say, and whether the promise held."""

from __future__ import annotations

from collections.abc import Sequence

from rescind.demo.servers import WORKERS
from rescind.demo.table import Finding
from rescind.drill.report import duration

VOID_AT_MOST = 0.1  # of our trials; with more, the figures do not carry a promise


def promise(findings: Sequence[Finding]) -> tuple[bool, str]:
    """Whether ours held, and the last line: PROMISE HELD, BROKEN, or NOT SHOWN (too little measured)."""
    ours = [finding.figures for finding in findings if finding.row.ours]
    accepted, of = sum(seen.accepted_after for seen in ours), sum(seen.probes_after for seen in ours)
    if accepted or any(seen.still_accepted_at_stop for seen in ours):
        return False, f"PROMISE BROKEN: {accepted:,} of {of:,} requests that started after the answer got in."
    for seen in ours:
        trials = seen.trials + len(seen.void)
        if seen.unusable or len(seen.void) > VOID_AT_MOST * trials:
            return False, f"PROMISE NOT SHOWN: {len(seen.void)} of {trials} trials are void."
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
