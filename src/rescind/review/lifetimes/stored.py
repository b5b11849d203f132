"""How long entries last that are written into a store or a table."""

from __future__ import annotations

import ast

from rescind.reading import Call, unparsed, walk
from rescind.review.lifetimes.durations import longest, wrong_unit
from rescind.review.look import Look
from rescind.review.naming.called import called_function, variables
from rescind.review.naming.words import words_of

YEAR = 366 * 86_400.0
ENDS = frozenset(
    ["ends", "end", "hasta", "expires", "expiry", "expire", "until", "expiration", "ablauf", "bis", "caduca",
     "vence", "expira", "endet", "gueltig", "verfaellt", "deadline", "scade", "scadenza", "vervalt",
     "verloopt", "geldig", "wygasa", "wazny", "expiree", "fin", "termine", "validade", "prazo",
     "caducidad", "lapses"]
)  # fmt: skip
OF = frozenset(
    ["session", "sessions", "token", "tokens", "remember", "refresh", "login", "reset", "magic", "sitzung",
     "sesion",
     "sessao", "key", "invite", "invitation", "grant"]
)  # fmt: skip
OTHER = frozenset(["csrf", "client", "cache", "lock", "test"])


def stored_for_years(look: Look, call: Call, tables: frozenset[str]) -> str:
    """Of ``SessionRow(expires_at=in_ten_years)`` and ``redis.setex(f"session:{sid}", TEN_YEARS, x)``.

    Args:
        tables: what lets in in this project, by name.
    """
    name, args = called_function(call.node), call.node.args
    keyed: list[ast.expr] = []
    if name in {"setex", "psetex"} and len(args) == 3:
        given: ast.expr | None = args[1]
        keyed = args[:1]
    elif name == "set" and args:
        given = call.argument("ex") or call.argument("timeout")
        keyed = args[:1]
    else:
        given = next(
            (each.value for each in call.node.keywords if ENDS & set(words_of(each.arg or ""))), None
        )
    if given is None:
        return ""
    words = set(words_of(unparsed(call.node.func)))
    named = variables(call.node.func)
    function = look.function(call.node)
    if words & {"cls", "self"} and function is not None and function.cls is not None:
        words |= set(words_of(function.cls.name))  # cls.objects.create(...)
        named.add(function.cls.name)
    words |= {word for part in keyed for each in walk(part) for word in words_of(text_of(each))}
    if not (words & OF or named & tables) or words & OTHER:
        return ""
    if longest(look, given, moment="set" not in name) > YEAR:
        return "what lets in is stored for years"
    unit = wrong_unit(look, given)
    return f"what lets in is stored for longer than it says: {unit}" if unit else ""


def text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and len(node.value) < 80 else ""
    return node.id if isinstance(node, ast.Name) else ""
