"""A review in SARIF 2.1.0 (OASIS), as code scanning of GitHub, GitLab and editors read it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from rescind.reading.files import shown
from rescind.review.finding import Confidence, Finding, Severity, Step
from rescind.review.marks import Mark, marks, named
from rescind.review.output.explain import as_markdown, as_text, explain
from rescind.review.rule import Rule, rules
from rescind.review.run import Review, why
from rescind.tooling import sarif as parts

LEVELS: dict[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
# What code scanning of GitHub sorts by: a number as of CVSS, and how sure it is.
SCORES: dict[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.5"}
RANKS: dict[Confidence, float] = {"high": 90.0, "medium": 60.0, "low": 30.0}


def sarif(done: Review, version: str, base: Path) -> dict[str, Any]:
    """The log of one run.

    Args:
        version: of rescind.
        base: the folder that files are named from; the root of the repository, for those who show it.
    """
    return Log(done, base).to_dict(version)


class Log:
    """One review as SARIF; places need the names of its files."""

    def __init__(self, done: Review, base: Path) -> None:
        self.done = done
        self.files = {module.file: named(module, base) for module in done.project.modules}
        self.base = base
        self.asked = [rule for rule in rules() if rule.number in done.asked]
        self.index = {rule.number: at for at, rule in enumerate(self.asked)}

    def to_dict(self, version: str) -> dict[str, Any]:
        reasons = {id(each.finding): each.reason for each in self.done.excused}
        findings = [*self.done.findings, *(each.finding for each in self.done.excused)]
        findings.sort(key=lambda each: each.order)
        known = marks(findings, self.done.project, self.base)
        results = [
            self.result(each, mark, reasons.get(id(each))) for each, mark in zip(findings, known, strict=True)
        ]
        told = [described(rule) for rule in self.asked]
        return parts.log("rescind review", version, told, results, self.unread())

    def result(self, finding: Finding, mark: Mark, reason: str | None) -> dict[str, Any]:
        fix = f" Fix: {finding.fix}." if finding.fix else ""
        told: dict[str, Any] = {
            "ruleId": finding.rule,
            "ruleIndex": self.index[finding.rule],
            "level": LEVELS[finding.severity],
            "rank": RANKS[finding.confidence],
            "message": {"text": f"{finding.message}.{fix}"},
            "locations": [self.location(finding.file, region(finding))],
            "partialFingerprints": {"rescind/v1": mark.fingerprint},
            "properties": {
                "class": finding.kind, "severity": finding.severity, "confidence": finding.confidence,
            },
        }  # fmt: skip
        if finding.trace:
            steps = [{"location": self.step(step)} for step in finding.trace]
            told["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
        told["suppressions"] = [] if reason is None else [{"kind": "inSource", "justification": reason}]
        return told

    def step(self, step: Step) -> dict[str, Any]:
        return self.location(step.file, {"startLine": step.line}) | {"message": {"text": step.note}}

    def location(self, file: str, region: dict[str, int] | None) -> dict[str, Any]:
        name = self.files.get(file) or shown(self.done.project.root / file, self.base)
        return parts.location(name, region)

    def unread(self) -> list[dict[str, Any]]:
        return [
            {
                "level": "warning",
                "message": {"text": f"not read: {why(each)}"},
                "locations": [self.location(each.file, {"startLine": each.line} if each.line else None)],
            }
            for each in self.done.unread
        ]


def region(finding: Finding) -> dict[str, int]:
    found = {"startLine": finding.line, "endLine": finding.end_line}
    if finding.column:
        found["startColumn"] = finding.column
        if finding.end_column:
            found["endColumn"] = finding.end_column
    return found


def described(rule: Rule) -> dict[str, Any]:
    """A rule from its docstring."""
    told = explain(rule)
    sections = dict(told.sections)
    numbers = re.findall(r"CWE-(\d+)", sections["References"])
    return {
        "id": rule.number,
        "name": type(rule).__module__.rpartition("_")[2].title(),
        "shortDescription": {"text": told.summary},
        "fullDescription": {"text": " ".join(sections["Why it matters"].split())},
        "help": {"text": as_text(rule), "markdown": as_markdown(rule)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "security-severity": SCORES[rule.severity],
            "tags": ["security", rule.kind, *(f"external/cwe/cwe-{number}" for number in numbers)],
        },
    }
