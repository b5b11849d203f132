"""What of a body is taken as it is: which fields it may have, and which of them decide what somebody may."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

from rescind.reading import Class, Function, unparsed, walk
from rescind.review.access.guards import OTHERS, guards
from rescind.review.access.own_rights import own_rights
from rescind.review.access.persons import persons_of
from rescind.review.access.routers import of_router
from rescind.review.access.rows import part_of_parameter
from rescind.review.flow import Origin, Policy
from rescind.review.flow.calls import bind
from rescind.review.flow.conditions import makes_harmless
from rescind.review.flow.names import bindings_at
from rescind.review.flow.policy import listed
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of

RIGHTS = frozenset(
    ["is_staff", "is_superuser", "is_admin", "role", "roles", "groups", "user_permissions", "permissions",
     "is_active_admin", "admin", "superuser", "is_moderator", "user_role", "role_id", "scopes",
     "rol", "rolle", "rollen", "papel", "es_admin", "ist_admin", "eh_admin", "administrador", "permisos",
     "permissoes", "berechtigungen", "ruolo"]
)  # fmt: skip
ATTRIBUTE = Policy("attribute", guard=listed)
PARTS = {"body", "form", "query"}
# What has looked at the fields before: it lets through those that it names.
CHOSEN = ("validated_data", "cleaned_data", ".load(", "whitelist", "allowed")


def raw(look: Look, node: ast.expr, depth: int = 4) -> bool:
    """Whether an expression is the body of a request with whatever fields it has, or the name of one."""
    node = node.value if isinstance(node, ast.Await) else node
    if any(word in unparsed(node) for word in CHOSEN) or makes_harmless(look.module, node, listed):
        return False
    if look.shared.flow.web.part(node, look.scope(node)) in PARTS:
        return True
    if isinstance(node, ast.Name) and depth:
        values = [
            one.value
            for one in bindings_at(node, look.scope(node))
            if one.kind in {"assign", "for", "unpacked"} and one.value is not None
        ]
        if not values and is_any_body(look, node):
            return True
        if not values and depth > 1:  # a parameter
            return any(raw(inner, each, depth - 2) for inner, each in given_to(look, node))
        return any(raw(look, each, depth - 1) for each in values)
    if isinstance(node, ast.Dict):  # ``{**body, "by": user.id}``
        pairs = zip(node.keys, node.values, strict=True)
        return any(key is None and raw(look, value, depth) for key, value in pairs)
    if isinstance(node, ast.DictComp):
        return not any(chooses(each) for each in node.generators) and raw(
            look, node.generators[0].iter, depth
        )
    inner = inside(node) if isinstance(node, ast.Call) else None
    return inner is not None and raw(look, inner, depth)


def is_any_body(look: Look, node: ast.Name) -> bool:
    """``changes: dict = Body(...)`` of a handler: a body with whatever fields it has."""
    if part_of_parameter(look, node) != "body":
        return False
    function = look.function(node)
    given = [each for each in function.parameters if each.name == node.id] if function is not None else []
    return any(
        each.annotation is not None and ANY_FIELDS.match(unparsed(each.annotation)) is not None
        for each in given
    )


ANY_FIELDS = re.compile(r"(?:Annotated\[)?(?:typing\.)?(?:[Dd]ict|Mapping|Any|MutableMapping)\b")


def chooses(node: ast.comprehension) -> bool:
    """Whether a loop takes some names alone: ``if name in FIELDS``; ``if value is not None`` takes any, and
    ``if name not in {"_id", "password"}`` all but those."""
    return any(
        (isinstance(each, ast.Call) and called_function(each) not in {"startswith", "endswith"})
        or (
            isinstance(each, ast.Compare)
            and isinstance(each.ops[0], ast.In | ast.NotIn | ast.Eq | ast.NotEq)
            and not leaves_the_rest(each)
        )
        for test in node.ifs
        for each in walk(test)
    )


def leaves_the_rest(node: ast.Compare) -> bool:
    """``name not in {"_id", "password"}``, ``name != "id"``; what a right is left out by, others look for."""
    held = node.comparators[0]
    elements = held.elts if isinstance(held, ast.Set | ast.List | ast.Tuple) else [held]
    texts = {
        each.value for each in elements if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }
    return (
        isinstance(node.ops[0], ast.NotIn | ast.NotEq) and len(texts) == len(elements) and not RIGHTS & texts
    )


def given_to(look: Look, node: ast.Name) -> Iterator[tuple[Look, ast.expr]]:
    """What the callers of a function give to the parameter that a name is."""
    function = look.function(node)
    if function is None:
        return
    for call in itertools.islice(look.shared.flow.calls.callers(function), CALLERS):
        scope = call.module.scope_of(call.node)
        found = bind(function, call.node, scope).get(node.id)
        if found is not None:
            yield look.beside(call.module), found[0]


CALLERS = 8  # that are looked at


def left_out(look: Look, node: ast.expr, name: str = "") -> bool:
    """Whether a right, or that of a name, is taken out: ``body.pop("role")``, ``exclude={"role"}``."""
    function = look.function(node)
    text = look.module.source_of(function.node) if function is not None else ""
    if function is not None and any(refuses_others(each) for each in function.nodes_of(ast.If)):
        return True
    return LEFT_OVER.search(text) is not None or any(
        (not name or name in each[0]) and not RIGHTS.isdisjoint(re.findall(r"\w+", each[0]))
        for each in TAKEN_OUT.finditer(text)
    )


def refuses_others(node: ast.If) -> bool:
    """``if not body.keys() <= FIELDS: raise``, ``if not set(body).issubset(FIELDS): return``"""
    text = unparsed(node.test)
    leaves = isinstance(node.body[-1], ast.Return | ast.Raise) or "abort" in unparsed(node.body[-1])
    return leaves and SUBSET.search(text) is not None


SUBSET = re.compile(r"(?:\.keys\(\)|\bset\(\w+\)) (?:<=|-) \S|\.issubset\(|\.issuperset\(")
# ``unknown = set(body) - FIELDS``, of which somebody asks whether there are any.
LEFT_OVER = re.compile(
    r"(?s)\b(\w+) = (?:set\(\w+\)|[\w.]+\.keys\(\)) - [\w.{].*?\bif \1:\s+(?:return|raise|abort)"
)
TAKEN_OUT = re.compile(
    r"\.pop\(\s*[\"'][^)]*|\bdel \w+\[[^]]*|exclude\s*=\s*[{\[(][^}\])]*|(?:not in|!=|==) [({\[]?[\"'][^:]*"
)


def inside(node: ast.Call) -> ast.expr | None:
    """``body`` of ``body.items()``, ``dict(body)``, ``json.loads(body)``"""
    if isinstance(node.func, ast.Attribute) and node.func.attr in SAME:
        return node.args[0] if node.func.attr in OPENS and node.args else node.func.value
    return node.args[0] if getattr(node.func, "id", "") == "dict" and len(node.args) == 1 else None


OPENS = frozenset(["loads", "json_decode"])
SAME = OPENS | {"to_dict", "dict", "copy", "items"}


def models(look: Look, node: ast.expr) -> Iterator[Class]:
    """The models by which a framework has read what an expression holds."""
    for origin in look.origins(node, ATTRIBUTE):
        if origin.kind == "request" and origin.name and origin.steps:
            yield from of_parameter(look, origin)


def of_parameter(look: Look, origin: Origin) -> Iterator[Class]:
    at = origin.steps[0]
    for module in look.project.modules:
        if module.file != at.file:
            continue
        for function in module.functions:
            if at.line < function.node.lineno or for_others(look.beside(module), function):
                continue
            for each in function.parameters:
                if each.name == origin.name and each.node.lineno == at.line and each.annotation is not None:
                    for named in look.shared.flow.entries.types(each.annotation, function.outer):
                        if isinstance(named.definition, Class):
                            yield named.definition


def open_field(look: Look, cls: Class) -> str:
    """A field of a model that decides what somebody may, or that it takes any; empty: neither."""
    rights = RIGHTS | own_rights(look)
    for each in cls.mro:
        made = each.definition
        if not isinstance(made, Class):
            continue
        if any(takes_all(node) for node in (*made.node.keywords, *walk(made.node))):
            return "any field"
        for node in made.node.body:
            name = getattr(node.target, "id", "") if isinstance(node, ast.AnnAssign) else ""
            if name in rights:
                return name
    return ""


def takes_all(node: ast.AST) -> bool:
    """``extra="allow"``"""
    if isinstance(node, ast.keyword):
        return node.arg == "extra" and unparsed(node.value).rpartition(".")[2].strip("'") == "allow"
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "extra":
        return unparsed(node.value).rpartition(".")[2].strip("'") == "allow"
    return False


def for_others(look: Look, function: Function) -> bool:
    """Whether a function is there for those who may set what others may; by where it stands, it is not for
    what they fill in of themselves."""
    around = set(words_of(function.name)) | set(words_of(look.module.name))
    by_place = around & {"admin", "admins", "staff", "backoffice", "manage", "management"}
    if by_place and not fills_own(look, function):
        return True
    if (guards(look, function) | of_router(look, function)) & OTHERS - {"permission", "permissions"}:
        return True
    if "role" in guards(look, function):
        return True
    persons = persons_of(look, function)
    rights = RIGHTS | own_rights(look) | {"has_perm", "has_role"}
    return any(
        each.attr in rights and persons.has(each.value)
        for each in function.walk()
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Load)
    )


def fills_own(look: Look, function: Function) -> bool:
    """``setattr(g.clerk, name, value)``: the attributes of who is signed in are set."""
    persons = persons_of(look, function)
    return any(
        called_function(each.node) == "setattr" and bool(each.node.args) and persons.has(each.node.args[0])
        for each in function.calls
    )
