"""What stands in comparisons beside secrets and is none: types, audiences, entries of one form."""

from __future__ import annotations

import ast
import re

from rescind.reading import unparsed
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.secrets.comparing import Side, unwrapped

# What a name ends in that is looked up, and no secret itself.
LOOKED_UP = [
    ("id",), ("name",), ("pk",), ("index",), ("user",), ("type",), ("field",), ("attr",), ("serial",),
    ("uuid",),
]  # fmt: skip
# Names that end in these say what something is, or for whom, and open nothing.
ABOUT = frozenset(
    ["type", "typ", "kind", "audience", "aud", "issuer", "iss", "scope", "purpose", "id", "name", "email",
     "algorithm", "alg", "version", "status", "state", "attribute", "field", "mode", "method", "role", "sub",
     "subject"]
)  # fmt: skip
# Claims that were verified together with the token that they stand in.
SIGNED = frozenset(["claims", "payload", "decoded", "idinfo", "idtoken"])


def tells(look: Look, side: Side) -> bool:
    """``claims["aud"]``, ``token_type``, ``payload.get("nonce")``: not what somebody has to guess."""
    inner = unwrapped(side.node)
    words, whole = words_of(called(inner)), secret_kind(called(inner))
    if words[-1:] and words[-1] in ABOUT and not whole:
        return True
    if words[-1:] != ("nonce",):
        return False
    of = words_of(owned_by(look, inner))
    return not SIGNED.isdisjoint({*of, "".join(of[-2:])})


def owned_by(look: Look, node: ast.expr) -> str:
    """The name of what something is a part of; of ``self`` that of the class."""
    owner = owner_of(node)
    function = look.function(node)
    if (
        isinstance(owner, ast.Name)
        and owner.id == "self"
        and function is not None
        and function.cls is not None
    ):
        return function.cls.name
    return called(owner) if owner is not None else ""


def owner_of(node: ast.expr) -> ast.expr | None:
    """Of ``x["name"]``, ``x.name`` and ``x.get("name")`` x."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value
    return node.value if isinstance(node, ast.Attribute | ast.Subscript) else None


def stored(left: Side, right: Side) -> bool:
    """Whether one of two entries is of a row: ``attrs.get("password")`` of what was sent is none."""
    return any(
        "store" in side.kinds and called(owner_of(unwrapped(side.node)) or side.node) not in SENT
        for side in (left, right)
    )


SENT = {"attrs", "data", "validated_data", "cleaned_data", "form", "payload", "body", "values", "self"}


def takes_over(branch: ast.If, node: ast.AST) -> bool:
    """Whether it asks if something changed: it sets one side to the other or to nothing, or hands the new out
    where they differ."""
    if not isinstance(node, ast.Compare):
        return False
    sides = {plain(unwrapped(each)) for each in (node.left, *node.comparators)}
    for one in branch.body:
        if isinstance(one, ast.Assign):
            given = isinstance(one.value, ast.Constant) and one.value.value is None
            if len(sides & {plain(each) for each in (*one.targets, one.value)}) == (1 if given else 2):
                return True
        if isinstance(one, ast.Return) and one.value is not None and isinstance(node.ops[0], ast.NotEq):
            return plain(one.value) in sides
    return False


def plain(node: ast.expr) -> str:
    return ast.dump(node).replace("Store()", "Load()")


def leaves_out(look: Look, node: ast.AST) -> bool:
    """``[each for each in pending if each.token != token]``: all but one stay, and nobody is let in."""
    above = look.module.parent_of(node)
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.NotEq):
        return False
    if isinstance(above, ast.Lambda):
        given = look.module.parent_of(above)
        return isinstance(given, ast.Call) and called(given.func) == "filter"
    return isinstance(above, ast.comprehension) and node in above.ifs


def guesses_nothing(look: Look, node: ast.AST, statement: ast.stmt | None) -> bool:
    """Whether nobody guesses by a comparison, since they know both sides, or had to know what is compared."""
    known = notes_change(statement) or in_normal_form(node)
    return known or of_two_records(node) or found_by_it(look, node)


CHANGED = frozenset(["changed", "changes", "modified", "dirty", "differs", "different", "updated"])


def notes_change(statement: ast.stmt | None) -> bool:
    """``changed = ticket.secret != made``: an own value is held against the one before."""
    targets = statement.targets if isinstance(statement, ast.Assign) else ()
    return any(not CHANGED.isdisjoint(words_of(called(each))) for each in targets)


def in_normal_form(node: ast.AST) -> bool:
    """``name != os.path.basename(name)``: whoever sends it knows both."""
    sides = (node.left, *node.comparators) if isinstance(node, ast.Compare) else ()
    texts = {unparsed(each) for each in sides}
    return any(
        isinstance(each, ast.Call) and len(each.args) == 1 and unparsed(each.args[0]) in texts
        for each in sides
    )


def of_two_records(node: ast.AST) -> bool:
    """``before[name] != after[name]``: whatever two records have under one name."""
    sides = (node.left, *node.comparators) if isinstance(node, ast.Compare) else ()
    keys = [each.slice if isinstance(each, ast.Subscript) else given_key(each) for each in sides]
    same = {unparsed(each) for each in keys if isinstance(each, ast.Name)}
    return len(keys) == 2 and len(same) == 1 and all(isinstance(each, ast.Name) for each in keys)


def given_key(node: ast.expr) -> ast.expr | None:
    """``name`` of ``record.get(name)``"""
    if isinstance(node, ast.Call) and called_function(node) == "get" and len(node.args) == 1:
        return node.args[0]
    return None


def found_by_it(look: Look, node: ast.AST) -> bool:
    """``kept.code != code`` of ``kept = codes.find(code)``: what is compared was looked up by it."""
    sides = (node.left, *node.comparators) if isinstance(node, ast.Compare) else ()
    for side, other in (sides, sides[::-1]) if len(sides) == 2 else ():
        base = side.value if isinstance(side, ast.Attribute) else None
        made = look.scope(base).lookup(base.id) if isinstance(base, ast.Name) else ()
        if made and all(is_found(each.value, unparsed(other)) for each in made):
            return True
    return False


def is_found(node: ast.AST | None, text: str) -> bool:
    if not isinstance(node, ast.Call) or not {"find", "get", "lookup", "fetch", "by"} & set(
        words_of(called_function(node))
    ):
        return False
    return text in {unparsed(each) for each in arguments(node)}


def opened(node: ast.expr) -> bool:
    """``signer.unsign(token)``: what comes out was signed, and is not guessed."""
    return isinstance(node, ast.Call) and called_function(node) in {"unsign", "unsign_object"}


ADDRESS = frozenset(["urlsplit", "urlparse", "make_url"])


def of_addresses(look: Look, node: ast.AST) -> bool:
    """Whether the same part of two addresses is compared, as ``urlsplit`` gives them."""
    sides = (node.left, node.comparators[0]) if isinstance(node, ast.Compare) else ()
    return bool(sides) and all(
        isinstance(each, ast.Attribute)
        and isinstance(each.value, ast.Name)
        and any(
            isinstance(one.value, ast.Call) and called(one.value.func) in ADDRESS
            for one in look.scope(each).lookup(each.value.id)
        )
        for each in sides
    )


def is_word(look: Look, node: ast.expr) -> bool:
    """A constant of nothing but small letters or ``*****``, one that says its own name, or a default that is
    refused: a marker, no secret."""
    words = set(words_of(called(node)))
    if "default" in words and look.values(node).texts:
        return True
    if called(node).isupper() and (words & STANDS_FOR or {"change", "me"} <= words):
        return True
    only = look.values(node).only
    text = only.value if only is not None else None
    if not isinstance(text, str):
        return False
    own = words_of(text)
    named = bool(own) and called(node).isupper() and set(own) <= set(words_of(called(node)))
    return named or re.fullmatch(r"[a-z_ -]*|[^A-Za-z0-9]*", text) is not None


# Constants that stand where a secret is not shown, or not yet set.
STANDS_FOR = frozenset(["mask", "masked", "redacted", "placeholder", "hidden", "unchanged"])


def is_public_claim(node: ast.expr) -> bool:
    """``header["kid"]``, ``claims["jti"]``: whoever has a token reads them."""
    return not CLAIMS.isdisjoint(words_of(called(unwrapped(node)))[-1:])


CLAIMS = frozenset(["kid", "jti", "alg", "typ", "iss", "aud"])


def compares_hashes(look: Look, node: ast.expr) -> bool:
    """``given in self.tokens`` of a dictionary or a set: it compares hashes, and how long that takes says
    nothing."""
    kinds = {each.name for each in look.project.types_of(node, look.scope(node))}
    return bool(kinds) and kinds <= {"dict", "set", "frozenset"}


def is_key_of_mapping(look: Look, node: ast.expr) -> bool:
    """``for key, value in info.items()``"""
    node = unwrapped(node)
    return isinstance(node, ast.Name) and any(
        each.kind == "for" and isinstance(each.value, ast.Call) and called_function(each.value) == "items"
        for each in look.scope(node).lookup(node.id)
    )


def popped(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and called_function(node) == "pop"
