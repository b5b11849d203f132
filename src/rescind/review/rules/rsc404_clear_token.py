"""RSC404: tokens that are kept so that whoever reads the table can use them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

from rescind.reading import Call, last_name, walk
from rescind.review.credentials.kept import ONCE, tables
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.rule import Rule
from rescind.review.secrets.written import written

LOOKS_UP = frozenset(
    ["filter_by", "get", "filter", "get_or_none", "find_one", "get_or_404", "aget", "get_object_or_404",
     "find", "where", "first_or_404"]
)  # fmt: skip
# What lets in for longer than one answer, by the words before ``token`` or ``key``.
LETS_IN = frozenset(
    ["api", "access", "activation", "auth", "bearer", "confirmation", "invitation", "invite", "login",
     "magic", "personal", "refresh", "remember", "recovery", "reset", "verification", "verify"]
)  # fmt: skip
ENDS = frozenset(["token", "tokens", "key", "apikey", "secret", "accesstoken", "refreshtoken", "apitoken"])
ASKS = re.compile(r"objects\.|query|session\.|select\(|find|collection|\.users\b|get_object_or_404|filter")
DIGESTS = re.compile(r"(?i)hash|sha\d|digest|hmac|\bmd5|blake|encrypt|fingerprint|lookup_id")
# Of tables in which every token lets in, once or for good, whatever its own column is called.
TABLES = (LETS_IN | ONCE) - frozenset(
    ["access", "enlace", "enlaces", "lien", "liens", "link", "links", "login", "otp", "otps", "pairing",
     "pairings", "einmalcode", "einmalcodes", "verify", "verification"]
)  # fmt: skip
STATEMENT = re.compile(
    r"(?is)^\s*(?:select|delete|update|with)\b.*?\b(?:from|update)\s+[\"`]?(?P<table>\w+).*\bwhere\b"
)
PLACE = re.compile(r"\?|%s|\$\d+|(?<!:):(?P<colon>\w+)|%\((?P<percent>\w+)\)s")
BEFORE = re.compile(r"(?i)(?P<column>\w*(?:token|key)\w*)[\"`]?\s*=\s*$")
CALLERS = 4


class RSC404(Rule):
    """A token is found by its own text, so it is kept as it was given out.

    What it checks:
        Queries that look for an account, a key or a session by the text of a token that somebody sent: of
        resets, invitations, sign-ins and API keys, and of what renews or remembers.

    Why it matters:
        Whoever reads the table, a backup or a log of statements is let in with every token in it, without
        having to guess anything.

    How it is decided:
        By the column, whose name or whose table's name has to say that it lets in, and by what it is held
        against: a token or key that somebody sent, on whose way there is no digest, in the function or in
        those that call it. Ids, prefixes, one-time codes, tokens of devices and of forms are left out.

    Fix:
        Keep ``hashlib.sha256(token.encode()).hexdigest()`` and look that up: a token that was made at random
        needs no slow hash.

    References:
        ASVS 6.5.2, CWE-312, CWE-522

    Since:
        0.1
    """

    kind: ClassVar[Class] = "weak_hash"
    severity: ClassVar[Severity] = "medium"

    def check(self, look: Look) -> Iterator[Finding]:
        if not any(word in look.module.text for word in ("token", "key")):
            return
        for call in look.calls:
            if any(lets_in(column) and is_clear(look, value) for column, value in looked_up(look, call)):
                yield self.finding(
                    look,
                    call.node,
                    "a token is looked up as it is: whoever reads the table is let in",
                    confidence="medium",
                    fix="keep and look up hashlib.sha256(token.encode()).hexdigest()",
                )


def looked_up(look: Look, call: Call) -> Iterator[tuple[str, ast.expr]]:
    """The columns that a query compares, and with what."""
    name, args = called_function(call.node), call.node.args
    text = statement_of(look, args[0]) if args else ""
    found = STATEMENT.search(text)
    if found is not None:
        yield from held_in(found["table"], text[found.end() :], text[: found.end()], call.node)
        return
    if name not in LOOKS_UP or not ASKS.search(look.module.source_of(call.node.func)):
        return
    table = next((one for each in walk(call.node.func) if (one := table_named(look, each))), "")
    yield from ((column_of(table, each.arg), each.value) for each in call.node.keywords if each.arg)
    for each in args:
        if isinstance(each, ast.Dict):
            for key, value in zip(each.keys, each.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield str(key.value), value
        elif isinstance(each, ast.Compare) and isinstance(each.ops[0], ast.Eq):
            yield called(each.left), each.comparators[0]


def table_named(look: Look, node: ast.AST) -> str:
    """Of ``Invite.objects`` the class that is asked for its rows."""
    if not isinstance(node, ast.Name | ast.Attribute):
        return ""
    name = last_name(node)
    return name if name in tables(look) or (isinstance(node, ast.Name) and name[:1].isupper()) else ""


def statement_of(look: Look, node: ast.expr) -> str:
    """The text of a statement, be it in ``text(...)``; empty: it is none."""
    inner = node.args[0] if isinstance(node, ast.Call) and node.args else node
    return next(iter(look.values(inner).texts), "") if isinstance(inner, TEXTS) else ""


TEXTS = (ast.Constant, ast.Name, ast.Attribute, ast.BinOp, ast.JoinedStr)


def held_in(table: str, conditions: str, before: str, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The columns that a statement compares, and what is given for them, by place or by name."""
    rest = call.args[1:]
    in_row = [each for one in rest if isinstance(one, ast.Tuple | ast.List) for each in one.elts] or rest
    named = {each.arg: each.value for each in call.keywords}
    for each in rest:
        if isinstance(each, ast.Dict):
            keys = (getattr(key, "value", None) for key in each.keys)
            named.update(zip(keys, each.values, strict=True))
    at = sum(1 for _ in PLACE.finditer(before))
    for place in PLACE.finditer(conditions):
        column, name = BEFORE.search(conditions[: place.start()]), place["colon"] or place["percent"]
        nth = int(place[0][1:]) - 1 if place[0].startswith("$") else at
        given = named.get(name) if name else in_row[nth] if nth < len(in_row) else None
        if column is not None and given is not None:
            yield column_of(table, column["column"]), given
        at += 1


def column_of(table: str, column: str) -> str:
    """``invitation_token`` of the column ``token`` of ``invitations``."""
    plain = words_of(column.partition("__")[0])[-1:] == words_of(column)[:1]
    return f"{table}_{column}" if plain and not TABLES.isdisjoint(words_of(table)) else column


def lets_in(column: str) -> bool:
    words = [word for word in words_of(column.partition("__")[0]) if not word.isdigit()]
    if not words or words[-1] not in ENDS:
        return False
    if words[-1] in {"apikey", "accesstoken", "refreshtoken", "apitoken"}:
        return True
    return not TABLES.isdisjoint(words) or not LETS_IN.isdisjoint(words)


def is_clear(look: Look, node: ast.expr, depth: int = 2) -> bool:
    """Whether it is a token that went through no digest, here and where it is given."""
    kind = secret_kind(called(node)) or ("key" if called(node) == "key" else "")
    if isinstance(node, ast.Constant) or kind in {"digest", "password", "code"}:
        return False
    if DIGESTS.search(written(look, node)):
        return False
    function = look.function(node)
    given = isinstance(node, ast.Name) and function is not None and depth
    if not given or function is None or node.id not in {each.name for each in function.parameters}:  # type: ignore[attr-defined]
        return of_visitor(look, node, named=kind in {"token", "key"})
    met = False
    for call in islice(look.shared.flow.calls.callers(function), CALLERS):
        argument = bind(function, call.node, call.module.scope_of(call.node)).get(called(node))
        if argument is None:
            continue
        met = True
        if is_clear(look.beside(call.module), argument[0], depth - 1):
            return True
    return not met and kind in {"token", "key"}


def of_visitor(look: Look, node: ast.expr, *, named: bool) -> bool:
    """Whether somebody sent it: what was read from a row before is only found again."""
    kinds = {each.kind for each in look.origins(node)}
    return "request" in kinds or (named and kinds <= {"parameter"})
