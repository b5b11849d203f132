"""The parts, each run in a process of its own."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module

from bench.gate import Report

PARTS: dict[str, tuple[str, dict[str, int], dict[str, int]]] = {
    # name: (module, arguments, arguments of --quick)
    "check": ("check_speed", {"rounds": 40}, {"rounds": 3, "many": 500}),
    "lag": ("lag", {"rounds": 400}, {"rounds": 20}),
    "shapes": ("shapes", {"rounds": 200}, {"rounds": 10}),
    "scale": ("scale", {"rounds": 200}, {"rounds": 5, "percent": 1, "most": 1, "largest": 100}),
    "postgresql": ("postgresql", {"rounds": 300}, {"rounds": 5}),
    "contents": ("contents", {"rounds": 100}, {"rounds": 2}),
    "memory": ("memory", {"count": 1_000_000}, {"count": 20_000}),
    "sign-in": ("sign_in", {"attempts": 32}, {"attempts": 8}),
    "prune": ("prune", {"count": 1_000_000}, {"count": 20_000}),
    "app": ("app", {"rounds": 5, "seconds": 8}, {"rounds": 1, "seconds": 1}),
    "reading": ("reading", {"files": 120}, {"files": 8}),
    "paths": ("paths", {"small": 1_000, "large": 10_000}, {"small": 50, "large": 100}),
    "flask": ("flask_app", {"rounds": 20, "seconds": 2}, {"rounds": 1, "seconds": 1}),
    "django": ("django_app", {"rounds": 12, "seconds": 2}, {"rounds": 1, "seconds": 1}),
}


def measure(name: str, *, quick: bool) -> Report:
    """Run one part in a fresh process: a pinned CPU or freed memory of another part would count.

    Raises:
        BenchFailed: it could not be measured.
    """
    module, arguments, few = PARTS[name]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as process:
        return process.submit(run, module, few if quick else arguments).result()


def run(module: str, arguments: dict[str, int]) -> Report:
    report: Report = import_module(f"bench.{module}").run(**arguments)
    return report
