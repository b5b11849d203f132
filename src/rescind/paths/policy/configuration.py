"""``[paths]`` and ``[audiences]`` of rescind.toml, or below ``[tool.rescind]`` of pyproject.toml.

Nothing is guessed: a key that is not known, a rule that demands nothing and a declaration without a reason
are errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from rescind._duration import seconds
from rescind.paths.model import ENDS, Audience
from rescind.paths.policy.limit import Limit
from rescind.paths.policy.selector import Selector
from rescind.tooling.configuration import document, nearest, refuse_unknown, table
from rescind.tooling.errors import ToolError

Kind = Literal["unprotected", "unknown", "too-slow", "worse"]
"""What can be wrong with a route."""
END_WORDS = dict(zip(("revoke", "disable", "password", "privilege"), ENDS, strict=True))
KEYS = ("target", "exclude", "timeout", "baseline", "unprotected", "unknown", "public", "rule", "excuse")
SELECTORS = ("path", "method", "endpoint")
EXCUSED: tuple[Kind, ...] = ("unknown", "too-slow", "worse")
TREATED = ("refused", "allowed")
TABLES = ("settings", "paths", "audiences", "review")
"""Of rescind.toml: what stands in no table of these would be read by nobody."""
FILES = (("rescind.toml", ()), ("pyproject.toml", ("tool", "rescind")))


class Rule(NamedTuple):
    """What is demanded of some routes.

    Attributes:
        number: of the table, from 1.
        limits: by the name of the end, as the map has it: ``on_revoke``.
        protected: nobody may be let in without a credential, also where that is declared public.
    """

    number: int
    selector: Selector
    limits: tuple[tuple[str, Limit], ...]
    protected: bool = False


class Declared(NamedTuple):
    """Routes that are public, or what is wrong with some and is borne, with the reason.

    Attributes:
        until: the last day, in UTC, on which it is borne; None: without end.
    """

    selector: Selector
    reason: str
    kind: Kind = "unprotected"
    until: date | None = None


@dataclass(frozen=True)
class Policy:
    """All of a file. ``file`` names it for people; empty: there is none."""

    file: str = ""
    target: str | None = None
    exclude: tuple[str, ...] = ()
    timeout: float | None = None
    baseline: Path | None = None
    unprotected: Literal["refused", "allowed"] = "refused"
    unknown: Literal["refused", "allowed"] = "refused"
    audiences: tuple[tuple[str, Selector], ...] = ()
    public: tuple[Declared, ...] = ()
    rules: tuple[Rule, ...] = ()
    excuses: tuple[Declared, ...] = ()


def policy_of(path: Path) -> Policy:
    """What one file says.

    Raises:
        ToolError, ConfigurationError: it is not there, cannot be read, or says what cannot be; the message
            names the key and the mend.
    """
    if not path.exists():
        raise ToolError(f"--policy {path}: there is no such file")
    return Reader(path, dict(FILES).get(path.name, ())).policy()


def found_in(folder: Path) -> Policy:
    """What is written down in a folder: in rescind.toml, else in pyproject.toml.

    Raises:
        ToolError, ConfigurationError: as `policy_of`.
    """
    for name, keys in FILES:
        path = folder / name
        whole = table(path, keys) if keys else document(path)
        # In a file of ours what others do not read is meant for us, and may be misspelt.
        if {"paths", "audiences"} & whole.keys() or (not keys and whole.keys() - {"settings", "review"}):
            return Reader(path, keys).policy()
    return Policy()


class Reader:
    """Of one file; ``keys`` lead to where the tables are."""

    def __init__(self, path: Path, keys: tuple[str, ...]) -> None:
        self.path = path
        self.keys = keys

    def policy(self) -> Policy:
        if not self.keys:
            refuse_unknown(document(self.path), TABLES, f"{self.path.name}: the file")
        given = table(self.path, (*self.keys, "paths"))
        refuse_unknown(given, KEYS, f"{self.path.name}: {self.section('paths')}")
        audiences = tuple(self.audiences(table(self.path, (*self.keys, "audiences"))))
        known = {*get_args(Audience), *(name for name, _ in audiences)}
        baseline = self.text(given, "baseline")
        return Policy(
            file=str(self.path),
            target=self.text(given, "target"),
            exclude=texts(given["exclude"], self.where("exclude")) if given.get("exclude", []) != [] else (),
            timeout=self.timeout(given),
            baseline=None if baseline is None else self.path.parent / baseline,
            unprotected=self.treated(given, "unprotected"),
            unknown=self.treated(given, "unknown"),
            audiences=audiences,
            public=tuple(self.declared(given, "public", known)),
            rules=tuple(self.rules(given, known)),
            excuses=tuple(self.declared(given, "excuse", known)),
        )

    def section(self, *names: str) -> str:
        return f"[{'.'.join((*self.keys, *names))}]"

    def where(self, key: str) -> str:
        return f"{self.path.name}: {key} in {self.section('paths')}"

    def text(self, given: Mapping[str, Any], key: str) -> str | None:
        value = given.get(key)
        if value is None or (isinstance(value, str) and value and "\0" not in value):
            return value
        raise ToolError(f"{self.where(key)}: write a text")

    def timeout(self, given: Mapping[str, Any]) -> float | None:
        if "timeout" not in given:
            return None
        found = seconds(given["timeout"], setting=self.where("timeout"))
        if not found:
            raise ToolError(f"{self.where('timeout')}: longer than zero")
        return found

    def treated(self, given: Mapping[str, Any], key: str) -> Literal["refused", "allowed"]:
        value = given.get(key, "refused")
        if value in TREATED:
            return value  # type: ignore[no-any-return]
        raise ToolError(f'{self.where(key)}: "refused", which it is without a word, or "allowed"')

    def audiences(self, given: Mapping[str, Any]) -> Iterable[tuple[str, Selector]]:
        for name, value in given.items():
            where = f"{self.path.name}: {self.section('audiences', name)}"
            if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
                raise ToolError(f"{where}: name an audience in small letters, digits and -")
            for each in value if isinstance(value, list) else [value]:
                one = {"path": each} if isinstance(each, str) else each
                yield name, selector(one, SELECTORS, where)

    def tables(self, given: Mapping[str, Any], key: str) -> Iterable[tuple[int, Mapping[str, Any], str]]:
        rows = given.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
            heading = f"[{self.section('paths', key)}]"
            raise ToolError(f"{self.path.name}: write {key} as tables: {heading}")
        for number, row in enumerate(rows, 1):
            yield number, row, f"{self.path.name}: [{self.section('paths', key)}] {number}"

    def declared(self, given: Mapping[str, Any], key: str, audiences: set[str]) -> Iterable[Declared]:
        for _, row, where in self.tables(given, key):
            more = ("reason",) if key == "public" else ("reason", "rule", "audience", "until")
            chosen = (*SELECTORS, "audience")
            refuse_unknown(row, (*SELECTORS, *more), where)
            reason = row.get("reason")
            if not isinstance(reason, str) or not reason.strip():
                raise ToolError(f"{where}: say why, with reason")
            if not any(name in row for name in chosen):
                raise ToolError(f"{where}: say of which routes, with path, method or endpoint")
            kind: Any = "unprotected" if key == "public" else row.get("rule")
            if key != "public" and kind not in EXCUSED:
                raise ToolError(f"{where}: rule is what is excused: one of {', '.join(EXCUSED)}")
            only = {name: row[name] for name in chosen if name in row}
            yield Declared(selector(only, chosen, where, audiences), reason.strip(), kind, until(row, where))

    def rules(self, given: Mapping[str, Any], audiences: set[str]) -> Iterable[Rule]:
        for number, row, where in self.tables(given, "rule"):
            chosen = (*SELECTORS, "audience")
            refuse_unknown(row, (*chosen, *END_WORDS, "protected"), where)
            made = selector({name: row[name] for name in chosen if name in row}, chosen, where, audiences)
            limits = tuple(
                (end, Limit.read(row[word], f"{where}: {word}"))
                for word, end in END_WORDS.items()
                if word in row
            )
            protected = row.get("protected", False)
            if not isinstance(protected, bool):
                raise ToolError(f"{where}: protected is true or false")
            if not limits and not protected:
                demands = ", ".join(END_WORDS)
                raise ToolError(f"{where} demands nothing: give one of {demands}, or protected = true")
            yield Rule(number, made, limits, protected)


def until(given: Mapping[str, Any], where: str) -> date | None:
    """A day, as TOML writes one: without a time, for that would need a zone."""
    value = given.get("until")
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise ToolError(f"{where}: until is a day without quotes, such as 2027-01-31")


def selector(
    given: Any, known: tuple[str, ...], where: str, audiences: Iterable[str] | None = None
) -> Selector:
    if not isinstance(given, dict):
        raise ToolError(f'{where}: write a pattern of paths, or a table such as {{ path = "/api/*" }}')
    refuse_unknown(given, known, where)
    found = {name: texts(value, f"{where}: {name}") for name, value in given.items()}
    if "method" in found:
        found["method"] = tuple(each.upper() for each in found["method"])
    for name in found.get("audience", ()) if audiences is not None else ():
        if name not in (every := sorted(audiences or ())):
            raise ToolError(f"{where}: there is no audience {name!r}; {nearest(name, every)}")
    return Selector(**found)


def texts(value: Any, where: str) -> tuple[str, ...]:
    """A text or several."""
    rows = [value] if isinstance(value, str) else value
    if isinstance(rows, list) and all(isinstance(each, str) and each for each in rows):
        if rows:
            return tuple(rows)
        raise ToolError(f"{where} is empty: it would fit nothing")
    raise ToolError(f"{where}: write a text, or a list of texts")
