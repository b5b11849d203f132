"""How bad it is to make objects of bytes, by where the bytes come from."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple

from rescind.review.finding import Confidence, Severity
from rescind.review.flow import Origin
from rescind.review.look import Look
from rescind.review.naming.words import words_of

# What a function or class is called that is there for bytes which somebody else had in hand.
HANDED = frozenset(
    [
        "auth", "backend", "broker", "cache", "cached", "cookie", "cookies", "job", "jobs", "message",
        "messages",
        "packet", "payload", "queue", "redis", "remote", "request", "rpc", "serializer", "session",
        "sessions",
        "socket", "storage", "store", "task", "tasks", "token", "tokens", "upload", "uploads", "wire",
        "worker",
    ]
)  # fmt: skip


class Judged(NamedTuple):
    """How bad and how sure, and which of the origins decided."""

    severity: Severity
    confidence: Confidence
    origin: Origin


def judged(look: Look, node: ast.AST, origins: Iterable[Origin]) -> Judged | None:
    """None: nobody else can have written the bytes, as far as the source says."""
    by_kind = {each.kind: each for each in reversed(tuple(origins))}
    for kind in ("request", "network"):
        if kind in by_kind:
            return Judged("critical", "high", by_kind[kind])
    for kind in ("session", "store", "remote"):
        if kind in by_kind:
            return Judged("high", "high" if kind != "remote" else "medium", by_kind[kind])
    if "parameter" in by_kind and hands_over(look, node):
        return Judged("high", "medium", by_kind["parameter"])
    return None


def hands_over(look: Look, node: ast.AST) -> bool:
    """Whether the code around is there for sessions, caches, messages and the like."""
    function = look.function(node)
    name = f"{look.module.name}.{function.qualname if function is not None else ''}"
    return not HANDED.isdisjoint(words_of(name))
