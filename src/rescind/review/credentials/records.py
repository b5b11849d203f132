"""Rows of what lets in, a link or a token, in whose table no time stands by which they could end."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Class, walk
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of

# What they are of, and what is looked up.
KINDS = (
    frozenset(["refresh"]), frozenset(["reset"]), frozenset(["recovery"]), frozenset(["magic"]),
    frozenset(["remember"]), frozenset(["login", "link"]), frozenset(["login", "token"]),
    frozenset(["access", "token"]), frozenset(["auth", "token"]), frozenset(["api", "token"]),
    frozenset(["invite"]), frozenset(["invitation"]), frozenset(["api", "key"]), frozenset(["apikey"]),
    frozenset(["personal", "token"]),
)  # fmt: skip
SECRETS = frozenset(["token", "digest", "hash", "hashed", "secret", "key", "code", "jti", "selector"])
TIMES = frozenset(
    ["at", "age", "created", "date", "datetime", "day", "days", "deadline", "end", "ends", "exp",
     "expiration",
     "expire", "expired", "expires", "expiry", "issued", "last", "made", "since", "stamp", "time",
     "timestamp",
     "ttl", "until", "used", "valid", "when", "on", "caduca", "vence", "ablauf", "gueltig", "expira",
     "creado",
     "erstellt", "revoked", "active", "updated", "modified", "inserted", "epoch", "minutes", "hours",
     "status"]
)  # fmt: skip
TIMED_BASE = re.compile(r"(?i)time|expir|created|dated|audit|auditable|mixin|tracked")
MODEL = re.compile(
    r"(?:^|\.)(?:Model|Base|DeclarativeBase|SQLModel|Document|EmbeddedDocument|MappedAsDataclass|BaseModel|Entity|Table)$"
)
TABLE = re.compile(r"(?is)^\s*create\s+table\s+(?:if\s+not\s+exists\s+)?\W?(\w+)\W?\s*\((.*)\)")
NOT_ONE = frozenset(
    ["attempt", "attempts", "log", "event", "request", "response", "settings", "config", "provider", "client",
     "form", "serializer", "schema", "admin", "in", "out", "create", "blacklist", "blacklisted", "revoked",
     "denied"]
)  # fmt: skip


def endless_records(look: Look) -> Iterator[tuple[ast.AST, str]]:
    """The classes and statements that make such a table."""
    for cls in look.module.classes:
        if is_kind(cls.name) and is_table(cls) and has_no_time(cls):
            yield cls.node, cls.name
    if "create table" not in look.module.text.lower():
        return
    for node in look.module.nodes_of(ast.Constant):
        if isinstance(node.value, str):
            for text in node.value.split(";"):
                found = TABLE.match(text)
                if found is not None and is_kind(singular(found[1])):
                    columns = {
                        word for line in found[2].split(",") for word in words_of(line.strip().split(" ")[0])
                    }
                    if columns & SECRETS and not columns & TIMES and "timestamp" not in found[2].lower():
                        yield node, found[1]


def singular(name: str) -> str:
    return name.removesuffix("es") if name.endswith("hes") else name.removesuffix("s")


def is_kind(name: str) -> bool:
    words = set(words_of(name))
    if "recovery" in words and words & {"code", "codes"}:
        return False  # of a second factor, printed and laid aside: each is good once, whenever
    return any(each <= words for each in KINDS) and not words & NOT_ONE


def is_table(cls: Class) -> bool:
    named = {target.id for each in cls.node.body if isinstance(each, ast.Assign) for target in each.targets
             if isinstance(target, ast.Name)}  # fmt: skip
    bases = [
        each.name
        for one in cls.mro
        for each in (one.definition.bases if isinstance(one.definition, Class) else ())
    ]
    table = "__tablename__" in named or "table" in {each.arg for each in cls.node.keywords}
    return table or any(MODEL.search(each) and not each.startswith("pydantic") for each in bases)


def has_no_time(cls: Class) -> bool:
    """Whether it has a column for the secret, none for a time, and no ancestor that may have one."""
    fields: set[str] = set()
    for each in cls.mro:
        if not isinstance(each.definition, Class):
            continue
        if each.definition is not cls and TIMED_BASE.search(each.name.rpartition(".")[2]):
            return False
        for node in each.definition.node.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            for target in targets:
                if isinstance(target, ast.Name) and target.id.islower():
                    fields.add(target.id)
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                named = {
                    word for each in targets for word in words_of(called(each) if each is not None else "")
                }
                if not named & BORN and has_time(node.value):
                    return False
    outside = [each.name for each in cls.mro if each.definition is None]
    if any(TIMED_BASE.search(each.rpartition(".")[2]) for each in outside):
        return False
    words = {word for each in fields for word in words_of(each)}
    born = {each for each in fields if BORN & set(words_of(each))}
    if (
        born
        and not {"invite", "invitation"} & set(words_of(cls.name))
        and not words & (TIMES - BORN - {"at", "on"})
    ):
        words -= TIMES  # it only says when it was made, which matters where somebody asks
        return bool(words & SECRETS) and not any(is_asked(cls, each) for each in born)
    return bool(words & SECRETS) and not words & TIMES


def has_time(node: ast.expr) -> bool:
    """``Column(DateTime)``, ``models.DateTimeField()``"""
    parts = list(walk(node))
    return any("Time" in called(each) for each in parts) or any(
        "Time" in called_function(each) for each in parts if isinstance(each, ast.Call)
    )


BORN = frozenset(["created", "issued", "made", "creado", "erstellt", "inserted"])


def is_asked(cls: Class, name: str) -> bool:
    """Whether anything in the project reads when a row was made: ``row.created_at``, ``created_at__gt=``."""
    asked = re.compile(rf"\.{re.escape(name)}\b|\b{re.escape(name)}__|[\"']{re.escape(name)}[\"']")
    return any(name in module.text and asked.search(module.text) for module in cls.module.project.modules)
