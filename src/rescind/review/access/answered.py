"""Questions of guards to which the answer is always yes: nobody runs them, or they hold for everybody."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, unparsed, walk
from rescind.review.access.asked_rights import STANDING
from rescind.review.access.who import refuses, turns_away
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once

ROLES = frozenset(
    ["role", "roles", "group", "groups", "rank", "permission", "permissions", "rights", "duty", "kind", "rol",
     "rolle", "papel", "ruolo", "grade", "position", "office"]
)  # fmt: skip
PEOPLE = frozenset(
    ["user", "principal", "identity", "account", "member", "claims", "person", "profile", "staff", "actor",
     "employee", "admin", "caller", "viewer", "me"]
)  # fmt: skip
TABLES = frozenset(["permissions", "perms", "rights", "rules", "policy", "acl", "grants", "scopes", "access"])
# They begin a question.
QUESTIONS = frozenset(["is", "has", "can", "may", "allows", "owns", "permits", "allowed"])
QUESTION = re.compile(rf"(?i)\b_*(?:{'|'.join(sorted(QUESTIONS))})\w*")


def in_condition(look: Look, node: ast.If) -> Iterator[tuple[ast.AST, str, str]]:
    """What of the condition of a refusal never refuses: where, why, and what to do."""
    if not any(refuses(each) for each in node.body):
        return
    for each in asked_for(node.test):
        yield from of_question(look, each)
        if any(turns_away(one) for one in node.body):
            yield from of_user(look, each)


def asked_for(test: ast.expr) -> Iterator[ast.expr]:
    """The questions by whose no somebody is refused: ``not may(user)``, ``user.role not in ROLES``."""
    if isinstance(test, ast.BoolOp):
        for each in test.values:
            yield from asked_for(each)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        if isinstance(test.operand, ast.BoolOp):
            yield from test.operand.values
        else:
            yield test.operand
    elif isinstance(test, ast.Compare):
        yield test


@once
def asked_by_refusals(look: Look) -> frozenset[ast.AST]:
    """Of the whole project: the functions by whose no somebody is turned away."""
    found: set[ast.AST] = set()
    for inner in look.everywhere():
        for node in inner.module.nodes_of(ast.If):
            if not any(turns_away(each) for each in node.body):
                continue
            for each in asked_for(node.test):
                if isinstance(each, ast.Call):
                    callees = inner.shared.flow.calls.callees(each, inner.scope(each))
                    found |= {one.node for one in callees}
        if "user_passes_test" in inner.module.text:
            for call in inner.module.nodes_of(ast.Call):
                if called_function(call) == "user_passes_test" and call.args:
                    found |= {
                        one.definition.node
                        for one in inner.named(call.args[0])
                        if isinstance(one.definition, Function)
                    }
    return frozenset(found)


def in_answer(look: Look, function: Function) -> Iterator[tuple[ast.AST, str, str]]:
    """What of the answers of a function that says what somebody may is always yes."""
    for node in function.nodes_of(ast.Return):
        if node.value is None:
            continue
        value = unwrapped(node.value)
        parts = value.values if isinstance(value, ast.BoolOp) else [value]
        for each in parts:
            yield from of_text(look, each)
            yield from of_prefix(each)
            if isinstance(value, ast.BoolOp):
                yield from of_coroutine(look, each)
        if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
            yield from of_everybody(value)
        elif len(parts) == 1:
            yield from of_user(look, value)


def unwrapped(node: ast.expr) -> ast.expr:
    """``x`` of ``bool(x)``"""
    return (
        node.args[0] if isinstance(node, ast.Call) and called_function(node) == "bool" and node.args else node
    )


def of_question(look: Look, node: ast.expr) -> Iterator[tuple[ast.AST, str, str]]:
    yield from of_coroutine(look, node)
    yield from of_method(look, node)
    yield from of_text(look, node)
    yield from of_prefix(node)
    if asks_presence(node):
        yield (
            node,
            "it is asked whether there is such a right, and not whether it is given",
            "ask for its value",
        )
    if has_open_default(node):
        yield node, "who has none of it is let through: the default is yes", "let the default be no"


def of_coroutine(look: Look, node: ast.expr) -> Iterator[tuple[ast.AST, str, str]]:
    """``if not may_open(user, album):`` of an ``async def may_open``"""
    if not isinstance(node, ast.Call):
        return
    found = look.shared.flow.calls.callees(node, look.scope(node))
    if found and all(each.is_async and not yields(each) and not each.decorators for each in found):
        name = next(iter(found)).name
        yield node, f"`{name}` is not awaited: a coroutine is always true", "await it"


def yields(function: Function) -> bool:
    return any(isinstance(each, ast.Yield | ast.YieldFrom) for each in function.walk())


def of_method(look: Look, node: ast.expr) -> Iterator[tuple[ast.AST, str, str]]:
    """``if not crew.is_officer:`` of a method ``is_officer(self)``"""
    if not isinstance(node, ast.Attribute) or words_of(node.attr)[:1] not in {(each,) for each in QUESTIONS}:
        return
    if STANDING.isdisjoint(words_of(node.attr)) and node.attr in only_methods(look):
        yield node, f"`{node.attr}` is a method, and is not called: it is always true", "call it"


@once
def only_methods(look: Look) -> frozenset[str]:
    """Of the whole project: questions that are methods wherever they are defined, and that nothing sets."""
    found: set[str] = set()
    other: set[str] = set()
    for inner in look.everywhere():
        for cls in inner.module.classes:
            for each in cls.methods:
                if words_of(each.name)[:1] in {(one,) for one in QUESTIONS}:
                    (other if each.decorators else found).add(each.name)
    names = found - other
    if not names:
        return frozenset()
    for inner in look.everywhere():
        asked = QUESTION.finditer(inner.module.text)
        names -= {each[0] for each in asked if each[0] in names and is_set(each)}
    return frozenset(names)


def is_set(found: re.Match[str]) -> bool:
    """``is_mod: bool``, ``"is_mod"``, ``is_mod=True``"""
    text, begin, end = found.string, found.start(), found.end()
    if text[begin - 1 : begin] in {"'", '"'} and text[end : end + 1] in {"'", '"'}:
        return True
    after = text[end : end + 40].lstrip()
    if after.startswith(":"):
        return not text[text.rfind("\n", 0, begin) + 1 : begin].strip()
    return after.startswith("=") and not after.startswith("==")


def of_text(look: Look, node: ast.expr) -> Iterator[tuple[ast.AST, str, str]]:
    """``user.role in "editor,chief"``, ``"@mill.example" in user.email``"""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.In | ast.NotIn):
        return
    side = node.comparators[0]
    if ROLES & set(words_of(called(node.left))) and not isinstance(node.left, ast.Constant):
        values = look.values(side)
        texts = [each.value for each in values.options]
        if texts and all(isinstance(each, str) and each for each in texts):
            yield (
                node,
                "a role counts that is a part of the text, and an empty one",
                "compare with a set of roles",
            )
    domain = node.left.value if isinstance(node.left, ast.Constant) else None
    if isinstance(domain, str) and DOMAIN.match(domain) and words_of(called(side))[-1:] in MAILS:
        yield (
            node,
            "an address counts that has the text anywhere: everybody can have one",
            "compare what stands behind the @",
        )


DOMAIN = re.compile(r"^@?[\w-]+(?:\.[\w-]+)+$")
MAILS = {("email",), ("mail",), ("correo",), ("address",), ("upn",)}


def of_prefix(node: ast.expr) -> Iterator[tuple[ast.AST, str, str]]:
    """``user.role.startswith("edit")``"""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or len(node.args) != 1:
        return
    if node.func.attr not in {"startswith", "endswith"} or not isinstance(node.args[0], ast.Constant):
        return
    held = node.func.value
    held = held.func.value if isinstance(held, ast.Call) and isinstance(held.func, ast.Attribute) else held
    last, text = words_of(called(held))[-1:], node.args[0].value
    if last and last[0] in ROLES and isinstance(text, str) and text[-1:].isalpha() and text[:1].isalpha():
        yield node, "a role counts that only begins or ends like it", "compare with the whole of it"


def asks_presence(node: ast.expr) -> bool:
    """``user.is_curator is None``, ``hasattr(user, "is_staff")``"""
    if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute):
        if not isinstance(node.ops[0], ast.Is) or unparsed(node.comparators[0]) != "None":
            return False
        held, name = node.left.value, node.left.attr
    elif isinstance(node, ast.Call) and called_function(node) == "hasattr" and len(node.args) == 2:
        held, name = node.args[0], str(getattr(node.args[1], "value", ""))
    else:
        return False
    words = words_of(name)
    if words[:1] not in {("is",), ("can",), ("may",)} or STANDING & set(words):
        return False
    return not PEOPLE.isdisjoint(words_of(called(held))[-1:])


def has_open_default(node: ast.expr) -> bool:
    """``getattr(user, "is_warden", True)``, ``permissions.get("delete", True)``"""
    if not isinstance(node, ast.Call):
        return False
    last = node.args[-1] if node.args else None
    if not isinstance(last, ast.Constant) or last.value is not True:
        return False
    if called_function(node) == "getattr" and len(node.args) == 3:
        held, name = node.args[0], node.args[1]
    elif called_function(node) == "get" and len(node.args) == 2 and isinstance(node.func, ast.Attribute):
        held, name = node.func.value, node.args[0]
    else:
        return False
    if STANDING & set(words_of(str(getattr(name, "value", "")))):
        return False
    last_words = set(words_of(called(held)) or words_of(unparsed(held).rpartition(".")[2]))
    return bool(last_words & (PEOPLE | TABLES))


def of_everybody(node: ast.BoolOp) -> Iterator[tuple[ast.AST, str, str]]:
    """``obj.author == request.user or request.user.is_authenticated``"""
    for each in node.values:
        if not isinstance(each, ast.Attribute) or each.attr != "is_authenticated":
            continue
        who = unparsed(each.value)
        if any(asks_more(one, who) for one in node.values if one is not each):
            yield (
                each,
                "whoever is signed in may: what else is asked decides nothing",
                "ask for both, by `and`",
            )


def asks_more(node: ast.expr, who: str) -> bool:
    """Whether something is asked of the same person that needs them to be signed in."""
    if isinstance(node, ast.Compare):
        return isinstance(node.ops[0], ast.Eq | ast.In) and any(
            unparsed(each) == who or unparsed(each).startswith(f"{who}.")
            for each in walk(node)
            if is_held(each)
        )
    return isinstance(node, ast.Attribute) and unparsed(node.value) == who and node.attr.startswith("is_")


def is_held(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute | ast.Name)


def of_user(look: Look, node: ast.expr) -> Iterator[tuple[ast.AST, str, str]]:
    """``if not request.user:`` in Django, where somebody who is not signed in is an object, and true."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is | ast.IsNot):
        node = node.left
    if unparsed(node) not in {"request.user", "self.request.user"} or not is_django(look):
        return
    function = look.function(node)
    text = look.module.source_of(function.node) if function is not None else ""
    if "request" in text and not NAMES.search(text):
        yield node, "`request.user` is true of visitors, too", "ask whether they are authenticated"


NAMES = re.compile(r"is_(?:authenticated|anonymous|staff|superuser|admin)|Anonymous|login_required|user\.\w+")


@once
def is_django(look: Look) -> bool:
    """Whether the project has Django's visitors, and sets nobody in their place."""
    return look.shared.imports("django", "rest_framework") and not any(
        SETS_USER.search(each.module.text) for each in look.everywhere("user")
    )


SETS_USER = re.compile(r"request\.user\s*=(?!=)|UNAUTHENTICATED_USER|SimpleLazyObject")
