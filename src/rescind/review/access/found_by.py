"""Who it is, found by what a header or a cookie says, under whatever name, where nothing signs that."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Function, unparsed, walk
from rescind.review.access.preferred import OWN_TASTE
from rescind.review.access.rows import FINDS, given
from rescind.review.access.who import USERS, turns_away
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.outside.unsigned import WHO, Claim, Uses, claims, names_of, of_server, part_of, vouched

# What frameworks ask for who it is.
HOOKS = frozenset(
    ["get_current_user", "authenticate", "authenticate_request", "authenticated_userid", "load_user"]
)
# Columns by which somebody is known to others.
KNOWN_BY = frozenset(["id", "pk", "_id", "name", "nick", "username", "email", "login", "number", "uid"])
# Rows that are found by what only their owner has.
HELD = frozenset(
    ["session", "sessions", "token", "tokens", "key", "keys", "ticket", "credential", "credentials", "device",
     "visit", "sid", "grant", "api", "client", "digest", "hash", "cart", "basket", "order", "store", "shop",
     "site", "tenant", "domain", "job", "upload"]
)  # fmt: skip


def found_by_header(look: Look, function: Function) -> Iterator[Claim]:
    """``keeper = Keeper.get(name=request.get_cookie("keeper"))``, and 401 where there is none."""
    if look.shared.flow.entries.routes(function) or vouched(look, function):
        return
    asked = function.name in HOOKS or any(
        each.name.endswith("request_loader") for each in function.decorators
    )
    if not asked and not any(turns_away(each) or is_kept(each) for each in function.walk()):
        return
    for claim in read_in(look, function):
        uses = Uses(look, function, claim)
        found = [each.node for each in function.calls if finds_person(uses, each.node)]
        answers = function.returns if function.name in HOOKS and claim_by_name(claim) else []
        if any(given_back(look, function, each) for each in found) or any(
            uses.is_it(one) for each in answers for one in walk(each)
        ):
            yield Claim(rights_asked(look, function) or claim.node, claim.part, claim.about)
            return


def rights_asked(look: Look, function: Function) -> ast.Compare | None:
    """``"editors" in groups`` of what another header says: who it is, is the smaller part of it then."""
    for claim in claims(look, function):
        uses = Uses(look, function, claim)
        for node in function.nodes_of(ast.Compare) if claim.about == "rights" else ():
            if uses.is_it(node.comparators[0]) or uses.is_it(node.left):
                return node
    return None


def claim_by_name(claim: Claim) -> bool:
    """``X-Remote-User``: what says who it is by its name, and no token."""
    text = claim.node.arg if isinstance(claim.node, ast.arg) else unparsed(claim.node)
    return not WHO.isdisjoint(words_of(text))


def read_in(look: Look, function: Function) -> Iterator[Claim]:
    """What a function reads of headers and cookies, or is given of them, and that is no secret."""
    for node in function.nodes_of(ast.Call, ast.Subscript):
        names = names_of(look, node)
        if names and all(map(may_be_who, names)) and not of_server(look, node):
            part = part_of(look, node)
            if part in {"header", "cookie"}:
                yield Claim(node, part, "who")
    entries = look.shared.flow.entries
    for parameter in function.parameters:
        marked = entries.marked(function, parameter)
        if marked is not None and marked.part in {"header", "cookie"} and may_be_who(parameter.name):
            yield Claim(parameter.node, marked.part, "who")


def may_be_who(name: str) -> bool:
    words = set(words_of(name))
    taste = OWN_TASTE if "user" in words else OWN_TASTE - {"agent"}
    return bool(words) and not words & (taste | HELD) and not secret_kind(name)


def finds_person(uses: Uses, call: ast.Call) -> bool:
    """Whether a call finds one row by a key, or by a name that others know."""
    name = called_function(call)
    if (name not in FINDS and not is_get(call)) or HELD & set(words_of(unparsed(call.func))):
        return False
    pairs = list(given(call))
    if any(
        isinstance(each, ast.Name | ast.Attribute) and HELD & set(words_of(called(each))) for _, each in pairs
    ):
        return False
    said = [column for column, each in pairs if uses.is_it(each)]
    return bool(said) and (said[0] in KNOWN_BY or (not said[0] and is_get(call)))


def is_get(call: ast.Call) -> bool:
    """``db.get(Grower, key)``, ``staff.get(name)``; no statement and no header."""
    words = words_of(called_function(call))
    return called_function(call) in {"get", "get_or_none"} or (
        words[-2:-1] == ("by",) and words[-1] in KNOWN_BY
    )


def given_back(look: Look, function: Function, call: ast.Call) -> bool:
    """Whether a function answers with what a call finds."""
    statement = look.module.statement_of(call)
    if isinstance(statement, ast.Return) or is_kept(statement):
        return True
    names = (
        {each.id for each in statement.targets if isinstance(each, ast.Name)}
        if isinstance(statement, ast.Assign)
        else set()
    )
    kept = [node.value for node in function.nodes_of(ast.Assign) if is_kept(node)]
    return any(
        getattr(one, "id", "") in names for each in (*function.returns, *kept) for one in parts_of(each)
    )


def parts_of(node: ast.expr) -> Iterator[ast.expr]:
    """``user`` of ``user``, ``user, None``, ``user or nobody`` and ``Result(user=user)``"""
    if isinstance(node, ast.Call):
        yield from (each.value for each in node.keywords)
    elif isinstance(node, ast.Tuple):
        yield from node.elts
    else:
        yield from node.values if isinstance(node, ast.BoolOp) else [node]


def is_kept(node: ast.AST | None) -> bool:
    """``request.user = ...``, ``g.user = ...``, ``request.state.user = ...``"""
    return isinstance(node, ast.Assign) and any(unparsed(each) in USERS for each in node.targets)
