"""What fails in SARIF 2.1.0. A route has a place where its file is below the folder that is shown, and always
its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from rescind.paths.model import Route
from rescind.paths.policy.configuration import Kind
from rescind.paths.policy.gate import KINDS, Failure
from rescind.tooling import sarif as parts


class About(NamedTuple):
    """A kind of failure for code scanning. ``severity``: a number as of CVSS, by which GitHub sorts."""

    short: str
    full: str
    level: str
    severity: str


ABOUT: dict[Kind, About] = {
    "unprotected": About(
        "A route lets anybody in",
        "Nothing that asks for a credential stands before the route, and nobody declares it public.",
        "error", "8.0",
    ),
    "unknown": About(
        "It is not known how fast access can be withdrawn",
        "What decides it could not be read. The policy takes that for a failure until somebody excuses it.",
        "warning", "5.5",
    ),
    "too-slow": About(
        "Access is withdrawn later than the policy demands",
        "A copy of a credential that the route accepts outlives its end by more than the policy allows.",
        "error", "8.0",
    ),
    "worse": About(
        "A route is worse than it was",
        "It lost its protection, or a copy of a credential lives on longer than before.",
        "error", "8.0",
    ),
}  # fmt: skip


def sarif(failures: Iterable[Failure], version: str, base: Path) -> dict[str, Any]:
    """The log of one run.

    Args:
        version: of rescind.
        base: the folder that files are named from.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    results = []
    for each in failures:
        known = each.kind, each.route.method, each.route.path, each.end
        seen[known] += 1
        results.append(result(each, base, digest(*known, str(seen[known]))))
    return parts.log("rescind paths", version, [described(kind) for kind in KINDS], results)


def result(failure: Failure, base: Path, fingerprint: str) -> dict[str, Any]:
    about = ABOUT[failure.kind]
    told: dict[str, Any] = {
        "ruleId": failure.kind,
        "ruleIndex": KINDS.index(failure.kind),
        "level": about.level,
        "message": {"text": f"{message(failure)}. Fix: {failure.mend}."},
        "locations": [location(failure.route, base)],
        "partialFingerprints": {"rescind/v1": fingerprint},
        "properties": {"audience": failure.route.audience, "end": failure.end},
    }
    related = [
        parts.location(each.file, {"startLine": each.line}) | {"message": {"text": each.note}}
        for each in failure.route.evidence
        if each.line and (base / each.file).is_file()
    ]
    if related:
        told["relatedLocations"] = related
    excused = failure.reason is not None
    told["suppressions"] = [{"kind": "external", "justification": failure.reason}] if excused else []
    return told


def message(failure: Failure) -> str:
    """``GET /me: signed out: 1 h, wanted revoke: immediate (rule 1: ...). It carries its own end``"""
    route = failure.route
    why = f". {failure.why[:1].upper()}{failure.why[1:]}" if failure.why else ""
    return f"{route.method} {route.path}: {failure.found}; wanted {failure.wanted}{why}"


def location(route: Route, base: Path) -> dict[str, Any]:
    named = {"name": f"{route.method} {route.path}", "kind": "resource"}
    if route.endpoint:
        named["fullyQualifiedName"] = route.endpoint
    # A file of the framework has no name from here.
    place = parts.location(route.file, {"startLine": route.line}) if is_below(route, base) else {}
    return place | {"logicalLocations": [named]}


def is_below(route: Route, base: Path) -> bool:
    return bool(route.line) and (base / route.file).is_file()


def described(kind: Kind) -> dict[str, Any]:
    about = ABOUT[kind]
    return {
        "id": kind,
        "name": kind.title().replace("-", ""),
        "shortDescription": {"text": about.short},
        "fullDescription": {"text": about.full},
        "defaultConfiguration": {"level": about.level},
        "properties": {"security-severity": about.severity, "tags": ["security", "authentication"]},
    }


def digest(*parts_of_it: str) -> str:
    return sha256("\0".join(parts_of_it).encode("utf-8", "surrogatepass")).hexdigest()[:32]
