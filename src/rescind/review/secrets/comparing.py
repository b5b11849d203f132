"""What two sides of a comparison are: a secret that is kept, and what somebody says it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from rescind.reading import Call, Scope, Variable, walk
from rescind.review.flow import Origin, Policy
from rescind.review.flow.calls import bind
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function, variables
from rescind.review.naming.carrying import carries
from rescind.review.naming.words import FOUND_BY, Secret, kind_of_words, secret_kind, words_of
from rescind.review.once import once
from rescind.review.secrets.digests import callee, fast_parameters, handed_on

# What makes a digest with a key, or of a password.
MACS = re.compile(
    r"^(?:hmac\.(?:new|digest|HMAC)|hashlib\.(?:pbkdf2_hmac|scrypt)|bcrypt\.hashpw|bcrypt\.kdf|crypt\.crypt"
    r"|django\.utils\.crypto\.(?:salted_hmac|pbkdf2)|cryptography\.hazmat\.primitives\.hmac\.HMAC"
    r"|Crypto(?:dome)?\.Hash\.(?:HMAC|CMAC)\.new|pyotp\.\w+\.(?:now|at)|itsdangerous\.\w+\.get_signature)"
)
GUESSES = frozenset(
    ["given", "supplied", "submitted", "provided", "candidate", "guess", "attempt", "entered",
    "presented", "received",
     "input", "incoming", "answer", "theirs", "claimed", "typed", "sent", "raw", "user", "header",
     "client", "request"]
)  # fmt: skip
AGAIN = frozenset(
    ["again", "confirm", "confirmation", "confirmed", "repeat", "repeated", "retype", "retyped",
    "second", "new", "old",
     "current", "previous", "1", "2", "duplicate"]
)  # fmt: skip
VERIFIES = frozenset(
    ["verify", "verifies", "verified", "check", "checks", "checked", "valid", "validate", "match",
    "matches", "compare", "fits",
     "authenticate", "confirm", "test", "accept", "accepts", "same", "equal", "equals", "redeem",
     "correct", "is"]
)  # fmt: skip
# Of a function that verifies: what it is about.
SUBJECTS = frozenset(
    ["otp", "totp", "hotp", "code", "token", "password", "passwd", "pin", "signature", "sig", "mac",
    "hmac", "secret", "digest",
     "apikey", "tan", "passcode", "credentials"]
)  # fmt: skip


class Side(NamedTuple):
    """One side. ``kinds`` are those of its origins; ``made``: a MAC or the digest of a secret."""

    node: ast.expr
    kind: Secret
    kinds: frozenset[str]
    made: bool
    origins: tuple[Origin, ...]

    @property
    def only_request(self) -> bool:
        return bool(self.kinds) and self.kinds <= {"request"}


def side_of(look: Look, node: ast.expr) -> Side:
    origins = look.origins(node)
    kinds = frozenset(each.kind for each in origins)
    made = any(each.kind == "named" for each in look.origins(node, makers(look))) or beginning(look, node)
    made = made or by_helper(look, node)
    return Side(node, kind_of(look, node), kinds, made, origins)


def gone_over(node: ast.expr) -> ast.expr:
    """Of ``keys.values()`` the mapping."""
    values = isinstance(node, ast.Call) and called_function(node) == "values" and not node.args
    return node.func.value if values and isinstance(node.func, ast.Attribute) else node  # type: ignore[attr-defined]


def by_name(look: Look, node: ast.expr) -> bool:
    """Whether a mapping is asked, which has its secrets under names."""
    bound = look.scope(node).lookup(node.id) if isinstance(node, ast.Name) else ()
    above = look.module.parent_of(node)
    return isinstance(above, ast.Compare) and any(isinstance(each.value, ast.Dict) for each in bound)


def beginning(look: Look, node: ast.expr) -> bool:
    """``mac[:16]``: a part of a MAC is guessed like the whole."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Slice):
        return False
    return node.slice.lower is None and any(
        each.name == "a MAC" for each in look.origins(node.value, makers(look))
    )


def kind_of(look: Look, node: ast.expr, depth: int = 2) -> Secret:
    """The kind of secret by its name, else by that of what was assigned to it or what callers give for it."""
    if isinstance(node, ast.Constant | ast.Compare | ast.BoolOp) or is_member(node):
        return ""
    kind = look.secret(node)
    if kind == "token" and words_of(called(node))[-1:] == ("ticket",) and has_tickets(look):
        return ""
    if (
        isinstance(node, ast.Name | ast.Attribute)
        and called(node).isupper()
        and called(node).endswith("_KEY")
        and kind == "token"
    ):
        return ""  # SESSION_KEY, under which something is found
    if kind or depth == 0:
        return kind
    if isinstance(node, ast.JoinedStr | ast.BinOp):  # f"Bearer {TOKEN}"
        inside = node.values if isinstance(node, ast.JoinedStr) else [node.left, node.right]
        held = [each.value if isinstance(each, ast.FormattedValue) else each for each in inside]
        found: Secret = ""
        for each in held:
            found = found or kind_of(look, each, depth - 1)
        return found
    inner = unwrapped(node)
    if isinstance(inner, ast.Call):
        return made_kind(inner)
    if isinstance(inner, ast.Subscript):
        return kind_of(look, inner.value, depth - 1) if isinstance(inner.slice, ast.Name) else ""
    return kind_of_name(look, inner, depth) if isinstance(inner, ast.Name) else ""


@once
def has_tickets(look: Look) -> bool:
    """Whether a project has rows that are called so, of a help desk or a concert: they let nobody in."""
    return any(
        cls.name == "Ticket" and any(each.name.endswith("Model") for each in cls.mro)
        for module in look.project.modules
        for cls in (module.classes if "class Ticket" in module.text else ())
    )


def kind_of_name(look: Look, node: ast.Name, depth: int) -> Secret:
    for binding in bindings_at(node, look.scope(node)):
        values: list[tuple[Look, ast.expr]] = []
        if binding.kind == "for" and isinstance(binding.value, ast.Call):
            continue  # ``for name, kind in tokens.items()``: which of both is not known
        if binding.kind in {"assign", "for"} and binding.value is not None:
            values = [(look.beside(binding.scope.module), binding.value)]
        elif binding.kind == "parameter" and isinstance(
            binding.scope.node, ast.FunctionDef | ast.AsyncFunctionDef
        ):
            function = look.project.function(binding.scope.module, binding.scope.node)
            for call in islice(look.shared.flow.calls.callers(function), 4):
                given = bind(function, call.node, call.module.scope_of(call.node)).get(node.id)
                values += [(look.beside(call.module), given[0])] if given is not None else []
        for where, value in values:
            found = kind_of(where, value, depth - 1)
            if found:
                return found
    return ""


MAKES = frozenset(
    ["make", "create", "generate", "gen", "compute", "calculate", "calc", "build", "new", "sign", "hmac",
    "hash", "derive", "expected",
     "encode", "issue", "mint", "totp", "hotp", "current", "digest", "mac", "encrypt"]
)  # fmt: skip


def is_member(node: ast.expr) -> bool:
    """``Requirement.PREFERRED``, of an enumeration, and its value."""
    if isinstance(node, ast.Attribute) and node.attr in {"value", "name"}:
        node = node.value
    return (
        isinstance(node, ast.Attribute)
        and node.attr.isupper()
        and isinstance(node.value, ast.Name | ast.Attribute)
        and called(node.value)[:1].isupper()
        and not called(node.value).isupper()
    )


def made_kind(call: ast.Call) -> Secret:
    """What a function makes, by its name: ``make_token(user)``, ``sign(body)``, ``totp.now()``."""
    words = [word for word in words_of(called_function(call)) if not word.isdigit()]
    makes = MAKES | {"get"} if words and secret_kind(words[-1]) == "digest" else MAKES
    if not words or (len(words) > 1 and words[0] not in makes):
        return ""
    return "digest" if words[0] in {"sign", "hmac", "mac"} else kind_of_words(words)


def unwrapped(node: ast.expr) -> ast.expr:
    """Without ``.encode()``, ``str()``, ``await`` and the like around it."""
    while True:
        if isinstance(node, ast.Await | ast.NamedExpr):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
            node = node.func.value
        elif (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", "") in {"str", "bytes", "int"}
            and node.args
        ):
            node = node.args[0]
        else:
            return node


def makers(look: Look) -> Policy:
    """Follows MACs, and digests of passwords, tokens, codes and keys."""

    def source(node: ast.expr, scope: Scope) -> str:
        if not isinstance(node, ast.Call):
            return ""
        names = [each.name for each in look.project.callee(node, scope)]
        if any(MACS.match(name) for name in names):
            return "a MAC"
        if any(name.startswith("hashlib.") for name in names):
            fed = [*parts(node), *fed_later(look, node)]
            keyed = any(k.arg == "key" for k in node.keywords) or any(is_joined_key(each) for each in fed)
            if keyed or any(is_secret(each) for each in fed):
                return "a digest of a secret"
        return ""

    return Policy(
        "makers", frozenset(), (), frozenset(), source=source, through=carries, whole=True, numbers=False
    )


def by_helper(look: Look, node: ast.expr) -> bool:
    """``digest(token)`` of a helper of the project, in the comparison or right before it; an id that is made
    so is public, and is compared under its name."""
    above = look.module.parent_of(node)
    if isinstance(above, ast.Compare) and any(is_id(each) for each in (above.left, *above.comparators)):
        return False
    inner = unwrapped(node)
    bound = bindings_at(inner, look.scope(inner)) if isinstance(inner, ast.Name) else ()
    made = [inner, *(each.value for each in bound if each.kind == "assign" and each.value is not None)]
    for each in made:
        call = look.call(each) if isinstance(each, ast.Call) else None
        function = callee(call) if call is not None else None
        if call is None or function is None:
            continue
        fast = fast_parameters(look, function)
        given = [value for name, value in handed_on(look, call, function) if name in fast]
        if any(is_secret(one) for value in given for one in walk(value)):
            return True
    return False


def is_id(node: ast.expr) -> bool:
    return words_of(called(unwrapped(node)))[-1:] in {("id",), ("ids",)}


def fed_later(look: Look, node: ast.Call) -> list[ast.AST]:
    """What a digest is given by ``update`` after it was made."""
    above = look.module.parent_of(node)
    target = above.targets[0] if isinstance(above, ast.Assign) else None
    if not isinstance(target, ast.Name):
        return []
    added = look.shared.flow.collected.of(target.id, look.scope(node))
    return [each for argument in added for each in walk(argument)]


def parts(call: ast.Call) -> Iterable[ast.AST]:
    return (each for argument in call.args for each in walk(argument))


def is_secret(node: ast.AST) -> bool:
    """A secret by its name, or salt: only passwords are hashed with it."""
    if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return False
    name = called(node)
    return secret_kind(name) in {"password", "token", "code", "key"} or name.lower() in {"pepper", "salt"}


def is_joined_key(node: ast.AST) -> bool:
    """``payload + key``: a key before or behind what is hashed makes a MAC of it."""
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) else ()
    return any(called(each) == "key" for each in sides if isinstance(each, ast.Name | ast.Attribute))


def is_column(look: Look, node: ast.expr) -> bool:
    """``User.token`` of a class, ``users.c.token``: it makes SQL, not a truth."""
    if not isinstance(node, ast.Attribute):
        return False
    if isinstance(node.value, ast.Attribute) and node.value.attr in {"c", "columns"}:
        return True
    base = called(node.value) if isinstance(node.value, ast.Name | ast.Attribute) else ""
    if not base[:1].isupper() or base.isupper() or node.attr.isupper():
        return False
    variables = [each.definition for each in look.named(node) if isinstance(each.definition, Variable)]
    made = [value for each in variables for value in each.values]
    if made:
        return any(
            isinstance(value, ast.Call)
            and called_function(value)[:1].isupper() | ("column" in called_function(value))
            for value in made
        )
    return not any(isinstance(each.definition, Variable) for each in look.named(node.value))


QUERIES = {
    "where", "filter", "filter_by", "and_", "or_", "not_", "having", "select", "exists", "case", "join",
    "outerjoin",
    "whereclause", "get_or_none", "delete_where",
}  # fmt: skip


def in_query(look: Look, node: ast.AST) -> bool:
    """Whether a comparison is an argument of something that builds a query."""
    for above in look.module.above(node):
        if isinstance(
            above, ast.stmt | ast.Lambda | ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp
        ):
            return False
        if isinstance(above, ast.Call) and called_function(above) in QUERIES:
            return True
    return False


def verifies(look: Look, node: ast.AST) -> bool:
    """Whether the function around is there to verify a token, a code, a signature."""
    function = look.function(node)
    if function is None or VERIFIES.isdisjoint(words_of(function.name)):
        return False
    names = [function.name, *(each.name for each in function.parameters)]
    names += [function.cls.name] if function.cls is not None else []
    return any(secret_kind(name) or is_subject(words_of(name)) for name in names)


def is_subject(words: tuple[str, ...]) -> bool:
    """``check_code``, ``valid_otp``; the code of a country or a language is none."""
    return not SUBJECTS.isdisjoint(words) and not (words[-1] == "code" and CODED & set(words))


CODED = {"area", "bar", "country", "currency", "error", "lang", "language", "postal", "status", "zip"}


def is_guess(node: ast.expr) -> bool:
    """Whether it is called as what somebody hands in."""
    return not GUESSES.isdisjoint(words_of(last_name(unwrapped(node))))


def last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}_{node.attr}"
    return called(node)


def repeats(node: ast.expr) -> bool:
    """Whether it is a second entry of the same thing, or the one before."""
    return not AGAIN.isdisjoint(words_of(called(unwrapped(node))))


RENEWED = frozenset(
    ["cached", "fresh", "last", "latest", "maybe", "new", "old", "previous", "prior", "refreshed", "update"]
)


def renewed(left: ast.expr, right: ast.expr) -> bool:
    """``new_access_token != access_token``: whether somebody else has renewed one's own meanwhile."""
    words, others = (set(words_of(called(unwrapped(each)))) for each in (left, right))
    return words != others and words ^ others <= RENEWED


def asks_person(look: Look, node: ast.expr) -> bool:
    """``getpass()``, ``input()``: a person types both."""
    made = bindings_at(node, look.scope(node)) if isinstance(node, ast.Name) else ()
    values = [node, *(each.value for each in made if each.kind == "assign" and each.value is not None)]
    calls = [each for value in values for each in walk(value) if isinstance(each, ast.Call)]
    names = [
        each.name
        for call in calls
        for each in Call(call, look.module, look.project.callee(call, look.scope(call))).named
    ]
    return any(name.startswith(("getpass.", "click.", "input", "questionary.")) for name in names)


def of_header(side: Side) -> bool:
    """Whether it is a header of a request, which a program sends: what it has to match is a key."""
    return any(each.kind == "request" and each.part == "header" for each in side.origins)


def is_key_of_settings(side: Side) -> bool:
    """``settings.LOCK_KEY``, ``config["door_key"]``"""
    name = called(unwrapped(side.node))
    words = words_of(name)
    named = words[-1:] == ("key",) and len(words) > 1 and FOUND_BY.isdisjoint(words[-2:-1])
    return named and (name.isupper() or "environment" in side.kinds)


def roots(node: ast.expr) -> set[str]:
    """The names in an expression, if it is nothing but one of them and what is done to it."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    names = variables(node)
    return (
        names if len(names) == 1 and not isinstance(unwrapped(node), ast.Attribute | ast.Subscript) else set()
    )
