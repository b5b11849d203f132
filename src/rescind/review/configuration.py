"""``[review]`` of rescind.toml and ``[tool.rescind.review]`` of pyproject.toml: the options, written down.

Looked for in one folder alone, as the settings of the engine are. A key of rescind.toml goes before the same
of pyproject.toml, an option of the command line before both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rescind.review.finding import CONFIDENCES, SEVERITIES
from rescind.review.run import ReviewError
from rescind.tooling.configuration import refuse_unknown, table

KEYS = ("paths", "select", "ignore", "exclude", "severity", "confidence", "baseline", "jobs")
LISTS = frozenset({"paths", "select", "ignore", "exclude"})
SCALES = {"severity": SEVERITIES, "confidence": CONFIDENCES}
PLACES = (("pyproject.toml", ("tool", "rescind", "review")), ("rescind.toml", ("review",)))
MOST_JOBS = 64


def configuration(folder: Path) -> dict[str, Any]:
    """What is written down in the files of a folder, by option; lists are tuples, paths are of the folder.

    Raises:
        ToolError: a file cannot be read, a key is unknown or a value cannot be; the message names the
            nearest.
    """
    found: dict[str, Any] = {}
    for name, keys in PLACES:
        section = ".".join(keys)
        given = table(folder / name, keys)
        refuse_unknown(given, KEYS, f"{name}: [{section}]")
        for key, value in given.items():
            found[key] = checked(value, key, f"{name}: {key} in [{section}]")
    if "paths" in found:
        found["paths"] = tuple(folder / each for each in found["paths"])
    if "baseline" in found:
        found["baseline"] = folder / found["baseline"]
    return found


def checked(value: Any, key: str, where: str) -> Any:
    if key in LISTS:
        if isinstance(value, list) and all(isinstance(each, str) and each for each in value):
            return tuple(value)
        raise ReviewError(f'{where}: write a list of texts, such as ["{example(key)}"]')
    if key in SCALES:
        if value in SCALES[key]:
            return value
        raise ReviewError(f"{where}: one of {', '.join(SCALES[key])}")
    if key == "jobs":
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_JOBS:
            return value
        raise ReviewError(f"{where}: a whole number from 1 to {MOST_JOBS}")
    if isinstance(value, str) and value and "\0" not in value:
        return value
    raise ReviewError(f'{where}: the name of a file, such as "{example(key)}"')


def example(key: str) -> str:
    return {"paths": "src", "exclude": "migrations", "baseline": "review-baseline.json"}.get(key, "RSC101")
