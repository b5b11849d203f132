"""A map that was written down: the object of ``--json``, or a baseline.

A baseline is the same object, with one route on each line and without what moves when code moves (lines,
evidence, reasons), so that a change of it can be reviewed as any other.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import msgspec

from rescind.paths.errors import PathsError
from rescind.paths.model import ENDS, Behaviour, Class, Credential, Guard, Map, Mechanism, Route
from rescind.tooling.whole import write_whole

TOOL = "rescind paths"
KEPT = (
    "method", "path", "endpoint", "protected", "guard", "accepts", "mechanisms", "audience", "revocation",
    "worst_revocation",
)  # fmt: skip


class B(msgspec.Struct):
    """A `Behaviour` in JSON."""

    kind: Class = msgspec.field(name="class")
    seconds: float | None
    why: str = ""

    def made(self) -> Behaviour:
        return Behaviour(self.kind, self.why, self.seconds)


class SavedCredential(msgspec.Struct):
    mechanism: Mechanism
    max_lifetime_s: float | None
    on_revoke: B
    on_account_disable: B
    on_password_change: B
    on_privilege_change: B

    def made(self, name: str) -> Credential:
        ends = (getattr(self, end).made() for end in ENDS)
        return Credential(name, self.mechanism, self.max_lifetime_s, *ends)


class SavedRoute(msgspec.Struct):
    method: str
    path: str
    endpoint: str
    protected: bool | Literal["conditional"] | None
    guard: Guard
    accepts: tuple[str, ...]
    mechanisms: tuple[Mechanism, ...]
    audience: str
    revocation: B
    worst_revocation: B
    file: str = ""
    line: int = 0
    notes: tuple[str, ...] = ()

    def made(self) -> Route:
        return Route(
            self.method, self.path, self.endpoint, self.file, self.line, self.protected, self.guard,
            self.accepts, self.mechanisms, self.audience, self.revocation.made(),
            self.worst_revocation.made(), (), self.notes,
        )  # fmt: skip


class Saved(msgspec.Struct):
    tool: Literal["rescind paths"]
    version: str
    target: str
    framework: str
    credentials: dict[str, SavedCredential]
    routes: tuple[SavedRoute, ...]


def read_map(path: Path, option: str) -> tuple[Map, str]:
    """The map and the version of rescind that drew it.

    Args:
        option: by which the file was named, for messages.

    Raises:
        PathsError: it cannot be read, or is no map that this version understands.
    """
    mend = "write it anew with `rescind paths TARGET --json`, or a baseline with --update-baseline"
    try:
        saved = msgspec.json.decode(path.read_bytes(), type=Saved)
    except FileNotFoundError:
        raise PathsError(f"{option} {path}: there is no such file: {mend}") from None
    except OSError as error:
        raise PathsError(f"{option} {path}: {error.strerror or 'cannot be read'}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PathsError(f"{option} {path}: no map that this version reads ({error}): {mend}") from None
    credentials = {name: each.made(name) for name, each in saved.credentials.items()}
    for route in saved.routes:
        for name in route.accepts:
            if name not in credentials:
                why = f"{route.path} accepts {name}, which is not among its credentials"
                raise PathsError(f"{option} {path}: {why}: {mend}")
    routes = tuple(each.made() for each in saved.routes)
    return Map(saved.target, saved.framework, credentials, routes), saved.version


def write_map(path: Path, drawn: Map, version: str) -> None:
    """As a baseline.

    Raises:
        ToolError: it cannot be written.
    """
    whole = drawn.to_dict(version)
    head = {"tool": TOOL, "version": version, "target": drawn.target, "framework": drawn.framework}
    credentials = [
        f"{json.dumps(name)}: {json.dumps(without_reasons(each))}"
        for name, each in sorted(whole["credentials"].items())
    ]
    routes = [json.dumps(without_reasons({key: each[key] for key in KEPT})) for each in whole["routes"]]
    text = [
        f'{json.dumps(head)[:-1]}, "credentials": {{', ",\n".join(credentials), '}, "routes": [',
        ",\n".join(sorted(routes)), "]}", "",
    ]  # fmt: skip
    write_whole(path, "\n".join(text), "baseline")


def without_reasons(row: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if key != "evidence"}
    for key, value in kept.items():
        if isinstance(value, dict) and "class" in value:
            kept[key] = {"class": value["class"], "seconds": value["seconds"]}
    return kept
