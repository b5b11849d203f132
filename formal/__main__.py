"""``make formal``: explores everything and prints the tables; exits 1 if anything is not as it must be.

Options: ``--large`` explores what takes long as well; ``--page`` writes what was found into docs/formal.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from formal.page import PAGE, written
from formal.spin import Found, Incomplete, explore, program
from formal.table import HOLDS, MISTAKES, POSSIBLE, Run

GROUPS = (("must hold", HOLDS), ("must be possible", POSSIBLE), ("mistakes that must be found", MISTAKES))


def as_it_must_be(run: Run, found: Found) -> bool:
    """Whether an exploration found what it had to find, and nothing else."""
    if run.wrong is None:
        return found.wrong is None
    return found.wrong is not None and run.wrong in found.wrong


def row(run: Run, found: Found | None) -> str:
    """One line for a terminal; ``None``: the exploration did not end."""
    if found is None:
        return f"  NOT EXPLORED TO THE END  {run.name}"
    verdict = ("holds" if run.wrong is None else "found") if as_it_must_be(run, found) else "WRONG"
    numbers = f"{found.states:>12,} states {found.depth:>8,} deep {found.seconds:>7.1f} s"
    return f"  {verdict:<6} {numbers}  {run.name}" + (f": {found.wrong}" if verdict == "WRONG" else "")


def explored(runs: Iterable[Run]) -> Iterator[tuple[Run, Found | None]]:
    """Explore, as many at a time as there are processors; what is large one at a time, for its memory."""

    def one(run: Run) -> Found | None:
        try:
            return explore(run)
        except Incomplete:
            return None

    runs = list(runs)
    small = [run for run in runs if run.size != "large"]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        yield from zip(small, pool.map(one, small), strict=True)
    yield from ((run, one(run)) for run in runs if run.size == "large")


def main(arguments: list[str]) -> int:
    large = "--large" in arguments
    try:
        for name in ("spin", "gcc"):
            program(name)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 2
    bad = 0
    done: dict[str, Found] = {}
    for title, runs in GROUPS:
        print(title)
        for run, found in explored(run for run in runs if large or run.size != "large"):
            done |= {} if found is None else {run.name: found}
            bad += found is None or not as_it_must_be(run, found)
            print(row(run, found), flush=True)
    if "--page" in arguments and not bad:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), done), encoding="utf-8")
    print(f"FORMAL: {'all as it must be' if not bad else f'{bad} not as they must be'}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
