"""The parts of a log in SARIF 2.1.0 (OASIS), as code scanning of GitHub, GitLab and editors read it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"


def log(
    name: str,
    version: str,
    rules: Sequence[dict[str, Any]],
    results: Sequence[dict[str, Any]],
    notifications: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """One run.

    Args:
        name: of the tool.
        version: of rescind.
        notifications: what could not be looked at.
    """
    driver = {
        "name": name,
        "semanticVersion" if re.fullmatch(r"\d+\.\d+\.\d+", version) else "version": version,
        "rules": list(rules),
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": list(notifications)}],
        "results": list(results),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def location(file: str, region: dict[str, int] | None) -> dict[str, Any]:
    """A place: of the repository where the name is relative, else of this machine."""
    place: dict[str, Any] = {"artifactLocation": address(file)}
    if region is not None:
        place["region"] = region
    return {"physicalLocation": place}


def address(file: str) -> dict[str, str]:
    if Path(file).is_absolute():
        return {"uri": f"file://{quote(os.fsencode(file))}"}
    return {"uri": quote(os.fsencode(file)), "uriBaseId": ROOT}
