"""``[review]`` of rescind.toml and ``[tool.rescind.review]`` of pyproject.toml: the options, written down.

Looked for in one folder alone, as the settings of the engine are. A key of rescind.toml goes before the same
of pyproject.toml, an option of the command line before both.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from rescind.review.finding import CONFIDENCES, SEVERITIES
from rescind.review.run import ReviewError

KEYS = ("paths", "select", "ignore", "exclude", "severity", "confidence", "baseline", "jobs")
LISTS = frozenset({"paths", "select", "ignore", "exclude"})
SCALES = {"severity": SEVERITIES, "confidence": CONFIDENCES}
PLACES = (("pyproject.toml", ("tool", "rescind", "review")), ("rescind.toml", ("review",)))
MOST_JOBS = 64


def configuration(folder: Path) -> dict[str, Any]:
    """What is written down in the files of a folder, by option; lists are tuples, paths are of the folder.

    Raises:
        ReviewError: a file cannot be read, a key is unknown or a value cannot be; the message names the
            nearest.
    """
    found: dict[str, Any] = {}
    for name, keys in PLACES:
        section = ".".join(keys)
        for key, value in table(folder / name, keys).items():
            if key not in KEYS:
                near = get_close_matches(key, KEYS, 1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(KEYS)}"
                raise ReviewError(f"{name}: unknown key {key!r} in [{section}]; {hint}")
            found[key] = checked(value, key, f"{name}: {key} in [{section}]")
    if "paths" in found:
        found["paths"] = tuple(folder / each for each in found["paths"])
    if "baseline" in found:
        found["baseline"] = folder / found["baseline"]
    return found


def table(path: Path, keys: tuple[str, ...]) -> Mapping[str, Any]:
    try:
        inner: Any = tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ReviewError(f"{path.name} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ReviewError(f"{path.name} is no TOML: {error}") from None
    for key in keys:
        inner = inner.get(key, {})
        if not isinstance(inner, dict):
            raise ReviewError(f"{path.name}: {key} must be a table: [{'.'.join(keys)}]")
    return inner  # type: ignore[no-any-return]


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
