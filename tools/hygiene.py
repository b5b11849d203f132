"""Rules that no line of the library may break, read from the syntax tree.

Usage: ``python -m tools.hygiene src`` (any files or folders). Prints ``path:line: [rule] what and the mend``
and exits 1 when something was found.

==========  ==================================================================================================
rule        what it refuses
==========  ==================================================================================================
unpickle    pickle, marshal, shelve and their relatives, yaml.load, SQLAlchemy's PickleType
sql         SQL put together from strings: f-string, ``%``, ``+``, ``.format`` and ``.join``
compare     ``== != in`` on a name that looks like a secret: hmac.compare_digest is the way
clock       reading time or randomness anywhere but in _clock.py and _tokens.py
assert      ``assert`` outside rescind/testing: it vanishes under ``python -O``
==========  ==================================================================================================

One line may be excused by ``# hygiene: ok RULE because REASON`` at its end. The reason is required, and an
excuse that excuses nothing is itself a finding.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tools.sql_text import built_sql

EXCUSE = re.compile(r"#\s*hygiene:\s*ok\s+(?P<rule>\w+)(?:\s+because\s+(?P<reason>\S.*\S))?")


class Finding(NamedTuple):
    """One broken rule: where (1-based line), which rule, and what to do instead."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


Hit = tuple[ast.AST, str]
Rule = Callable[[ast.Module, Path], Iterator[Hit]]

UNPICKLERS = {
    "pickle",
    "_pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "jsonpickle",
    "marshal",
    "shelve",
    "joblib",
}
IMPORTERS = {"__import__", "import_module"}
UNSAFE_CALLS = {"yaml.load", "yaml.load_all", "yaml.full_load", "yaml.unsafe_load"}


def dotted(node: ast.AST) -> str:
    """``a.b.c`` for a chain of attributes, an empty string for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


@lru_cache(maxsize=1)
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """All nodes of a file; every rule looks at them."""
    return tuple(ast.walk(tree))


def imported(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every imported name in full: ``import a.b`` gives a.b, ``from a import b`` gives a.b,
    ``import_module("a")`` and ``__import__("a")`` give a."""
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module or ''}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in IMPORTERS:
            yield from ((node, str(a.value)) for a in node.args if isinstance(a, ast.Constant))


def unpickle(tree: ast.Module, _path: Path) -> Iterator[Hit]:
    """Nothing is ever unpickled: bytes from a store must not be able to run code."""
    mend = "store JSON instead (json, msgspec)"
    for node, name in imported(tree):
        if name.split(".")[0] in UNPICKLERS or name in UNSAFE_CALLS or name.endswith(".PickleType"):
            yield node, f"{name}: {mend}"
    for node in nodes(tree):
        if isinstance(node, ast.Attribute):
            name = dotted(node)
            if name in UNSAFE_CALLS or name.split(".")[0] in UNPICKLERS or node.attr == "PickleType":
                yield node, f"{name}: {mend}"


def sql(tree: ast.Module, _path: Path) -> Iterator[Hit]:
    """Statements are SQLAlchemy Core expressions or constant text with bound parameters."""
    for node in built_sql(tree):
        yield node, "SQL put together from strings: use Core, or constant text with bound parameters"


SECRET_WORDS = {
    "secret",
    "secrets",
    "digest",
    "digests",
    "hexdigest",
    "token",
    "tokens",
    "password",
    "passwords",
    "signature",
    "otp",
    "totp",
    "hmac",
    "mac",
}
# A name that only speaks *about* a secret ends in one of these: token_type, password_id, digest_size.
HARMLESS_ENDINGS = {
    "age",
    "at",
    "class",
    "code",
    "count",
    "error",
    "field",
    "format",
    "id",
    "ids",
    "kind",
    "len",
    "length",
    "method",
    "mode",
    "model",
    "name",
    "names",
    "params",
    "path",
    "policy",
    "prefix",
    "seq",
    "size",
    "state",
    "status",
    "transport",
    "ttl",
    "type",
    "url",
    "version",
}


def words(identifier: str) -> list[str]:
    """``refreshTokenDigest`` and ``refresh_token_digest`` are the same three words."""
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", identifier).lower().strip("_").split("_")


def names_a_secret(node: ast.expr) -> bool:
    """Whether the last identifier of an expression reads like a secret (``row["digest"]`` too)."""
    if isinstance(node, ast.Subscript):
        key = node.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return secret_words(key.value)
        return names_a_secret(node.value)
    if isinstance(node, ast.Call):
        called = dotted(node.func).split(".")[-1] or getattr(node.func, "attr", "")
        return called != "compare_digest" and secret_words(called)
    if isinstance(node, ast.Attribute):
        return secret_words(node.attr)
    if isinstance(node, ast.Tuple | ast.List):
        return any(names_a_secret(item) for item in node.elts)
    return isinstance(node, ast.Name) and secret_words(node.id)


def secret_words(identifier: str) -> bool:
    parts = words(identifier)
    return bool(SECRET_WORDS.intersection(parts)) and parts[-1] not in HARMLESS_ENDINGS


def says_nothing(node: ast.expr) -> bool:
    """A side whose comparison cannot leak a secret: None, a number, at most one character."""
    if not isinstance(node, ast.Constant):
        return False
    return len(node.value) <= 1 if isinstance(node.value, str | bytes) else True


def compare(tree: ast.Module, path: Path) -> Iterator[Hit]:
    """A comparison that stops at the first difference tells an attacker how far a guess was right.

    The kits in rescind/testing compare what they stored with what came back; nobody attacks a test.
    """
    if "testing" in path.parts:
        return
    for node in nodes(tree):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            tells = isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn)
            if not tells or says_nothing(left) or says_nothing(right):
                continue
            if names_a_secret(left) or names_a_secret(right):
                text = ast.unparse(node)[:60]
                yield node, f"{text}: use hmac.compare_digest (or .get for a look-up by digest)"


MEASURING_ROOMS = {"drill", "testing", "demo"}
MEASURING = {
    f"time.{name}" for name in ("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep")
}
SOURCES = {"time", "random", "secrets"}
READS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "os.urandom",
    "os.getrandom",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid.uuid6",
    "uuid.uuid7",
}


def clock(tree: ast.Module, path: Path) -> Iterator[Hit]:
    """One place for time (_clock.py) and one for randomness (_tokens.py), so that tests can hold both."""
    if path.name in {"_clock.py", "_tokens.py"} and path.parent.name == "rescind":
        return
    may_measure = bool(MEASURING_ROOMS.intersection(path.parts))
    mend = "take the injected clock (_clock.py) or _tokens.py"
    for node, name in imported(tree):
        root = name.split(".")[0]
        measures = may_measure and (name == "time" or name in MEASURING)
        if (root in SOURCES and not measures) or name in READS:
            yield node, f"{name}: {mend}"
    for node in nodes(tree):
        name = dotted(node) if isinstance(node, ast.Attribute) else ""
        if ".".join(name.split(".")[-2:]) in READS or (may_measure and is_other_time(name)):
            yield node, f"{name}: {mend}"


def is_other_time(name: str) -> bool:
    return name.startswith("time.") and name not in MEASURING


def no_assert(tree: ast.Module, path: Path) -> Iterator[Hit]:
    """The conformance kits in rescind/testing are tests; everywhere else input is judged by raising."""
    if "testing" not in path.parts:
        asserts = (node for node in nodes(tree) if isinstance(node, ast.Assert))
        yield from ((node, "assert is off under python -O: raise") for node in asserts)


RULES: dict[str, Rule] = {
    "unpickle": unpickle,
    "sql": sql,
    "compare": compare,
    "clock": clock,
    "assert": no_assert,
}


def excuses_of(source: str) -> dict[int, re.Match[str]]:
    """The excusing comments, by line."""
    if not EXCUSE.search(source):
        return {}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [t for t in tokens if t.type == tokenize.COMMENT]
    return {t.start[0]: match for t in comments if (match := EXCUSE.search(t.string))}


def check(source: str, path: Path) -> list[Finding]:
    """The findings in one file, in the order of their lines."""
    tree = ast.parse(source, filename=str(path))
    excuses = excuses_of(source)
    used: set[int] = set()
    found: set[Finding] = set()
    for name, rule in RULES.items():
        for node, message in rule(tree, path):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)  # type: ignore[attr-defined]
            excuse = next((n for n in lines if n in excuses and excuses[n]["rule"] == name), None)
            if excuse is not None and excuses[excuse]["reason"]:
                used.add(excuse)
            else:
                found.add(Finding(str(path), lines[0], name, message))
    for line, excuse_match in excuses.items():
        if line not in used:
            text = "needs `because REASON`" if not excuse_match["reason"] else "excuses nothing: remove it"
            found.add(Finding(str(path), line, excuse_match["rule"], f"this excuse {text}"))
    return sorted(found)


def python_files(arguments: Iterable[str]) -> Iterator[Path]:
    for argument in map(Path, arguments):
        yield from sorted(argument.rglob("*.py")) if argument.is_dir() else [argument]


def main(arguments: list[str]) -> int:
    files = list(python_files(arguments))
    if not files:
        print("hygiene: no file to read; usage: python -m tools.hygiene src")
        return 2
    findings = [finding for path in files for finding in check(path.read_text(encoding="utf-8"), path)]
    print(*findings, sep="\n", end="\n" if findings else "")
    print(f"hygiene: {len(files)} files, {len(RULES)} rules, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
