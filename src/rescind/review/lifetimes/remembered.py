"""Who somebody is, kept in the memory of a process by what they showed, for as long as that runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind, words_of

KEEPS = re.compile(
    r"^(?:functools\.(?:lru_cache|cache)|cachetools\.(?:func\.)?lru_cache|async_lru\.alru_cache|methodtools\.lru_cache)$"
)
BY = frozenset(["sid", "token", "bearer", "jwt", "uid", "userid"])
WHO = frozenset(
    ["user", "account", "session", "identity", "member", "principal", "claims", "permissions", "roles", "who",
     "person", "customer", "usuario", "nutzer", "benutzer", "konto", "mitglied", "authenticate", "current",
     "scopes"]
)  # fmt: skip
READS = frozenset(
    [
        "get",
        "decode",
        "load",
        "fetch",
        "find",
        "query",
        "execute",
        "first",
        "one",
        "fetchone",
        "scalar",
        "loads",
        "select",
        "fetchrow",
    ]
)


def kept_for_ever(look: Look) -> Iterator[ast.AST]:
    """Functions whose answer to the question who it is is kept, and never given up."""
    if "cache" not in look.module.text.lower():
        return
    for function in look.module.functions:
        if not asks_who(function):
            continue
        applied = next(
            (each for each in function.decorators if any(KEEPS.match(one.name) for one in each.named)), None
        )
        if applied is not None and not has_end(applied.call) and not given_up(look, function.name):
            yield function.node
        elif applied is None and (kept := memo(look, function)) is not None:
            yield kept


def memo(look: Look, function: Function) -> ast.AST | None:
    """``if token in CACHE: return CACHE[token]``, of a dictionary from which nothing goes."""
    names = {each.name for each in function.parameters}
    for node in function.walk():
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(target, ast.Subscript) or getattr(target.slice, "id", "") not in names:
            continue
        store = called(target.value)
        bound = look.scope(target).lookup(store) if isinstance(target.value, ast.Name) else ()
        plain = any(isinstance(each.value, ast.Dict) and not each.value.keys for each in bound)
        if "cache" in words_of(store) and plain and not goes(look, store):
            return node
    return None


def goes(look: Look, store: str) -> bool:
    """Whether anything is ever taken out, or the time is asked."""
    text = look.module.text
    return any(f"{store}{way}" in text for way in (".pop", ".clear", ".popitem")) or bool(
        re.search(rf"\bdel {re.escape(store)}\b|\btime\(|monotonic\(|now\(", text)
    )


def has_end(call: ast.Call | None) -> bool:
    """``@alru_cache(ttl=60)``"""
    return call is not None and any(each.arg in {"ttl", "timeout", "expire"} for each in call.keywords)


def asks_who(function: Function) -> bool:
    """``user_for_token(token)``, ``load_user(user_id)``, with something that is read for it."""
    if WHO.isdisjoint(words_of(function.name)):
        return False
    named = [each.name for each in function.parameters]
    by = any(
        secret_kind(each) == "token" or BY & set(words_of(each)) or each in {"user_id", "session_id"}
        for each in named
    )
    return by and any(not READS.isdisjoint(words_of(called_function(each.node))) for each in function.calls)


def given_up(look: Look, name: str) -> bool:
    return any(f"{name}.cache_" in module.text for module in look.project.modules)
