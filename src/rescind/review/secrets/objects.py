"""What the text of an object says: by its own ``__repr__``, or by the one that is made for its fields."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Class, Function, Scope, unparsed, walk
from rescind.review.flow import HARMLESS, Policy
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import in_circles, once
from rescind.review.secrets.named import of_password

# Their objects say all of their fields.
DECORATORS = ("dataclasses.", "attr.", "attrs.", "pydantic.dataclasses.")
BASES = (
    "pydantic.", "pydantic_settings.", "typing.NamedTuple", "typing.TypedDict", "typing_extensions.TypedDict",
    "msgspec.Struct", "sqlmodel.", "ninja.",
)  # fmt: skip
# Kinds of fields whose text is something else.
HIDDEN = ("Secret", "bool", "int", "datetime", "timedelta", "Path", "Callable")
FUNCTIONS = frozenset(["asdict", "astuple", "vars", "model_to_dict", "jsonable_encoder", "to_builtins"])
METHODS = frozenset(["model_dump", "model_dump_json", "dict", "json", "_asdict", "__dict__", "to_dict"])
PUBLIC = frozenset(["csrf", "csrftoken", "xsrf", "public", "next", "page", "cursor", "nonce"])
# Objects of frameworks whose text is what was sent; of the last only its fields are.
SAID = {
    "fastapi.security.HTTPAuthorizationCredentials": "a token",
    "fastapi.security.HTTPBasicCredentials": "a password",
}
WITH_FIELDS = {**SAID, "fastapi.security.OAuth2PasswordRequestForm": "a password"}
DEEPEST = 3  # objects, one inside of the other


def in_object(look: Look, node: ast.expr, scope: Scope, policy: Policy) -> str:
    """The secret that the text of what an expression holds says; empty: none that is known."""
    if isinstance(node, ast.Call | ast.Attribute):
        dumped = in_dump(look, node, scope)
        if dumped:
            return dumped
    types = look.project.types_of(node, scope)
    said = next((SAID[each.name] for each in types if each.name in SAID), "")
    if said and not isinstance(look.beside(scope.module).module.parent_of(node), ast.Attribute):
        return said
    known = [each.definition for each in types if isinstance(each.definition, Class)]
    for cls in known or (found_rows(look, node, scope) if isinstance(node, ast.Name) else []):
        field = said_by(look, cls, policy)
        if field:
            return f"`{field}` of `{cls.name}`"
    return ""


def found_rows(look: Look, node: ast.Name, scope: Scope) -> list[Class]:
    """The models of what was found: of ``db.get_or_404(Member, id)``, ``Member.query.first()``."""
    home = look.beside(scope.module)
    if isinstance(home.module.parent_of(node), ast.Attribute | ast.Subscript):
        return []
    found = rows_in(look, node, scope)
    return [each for each in found if any(each.member(name) for name in ("__str__", "__repr__"))]


def rows_in(look: Look, node: ast.Name, scope: Scope) -> list[Class]:
    """The classes that are named where something was found, whatever they say of themselves."""
    found: list[Class] = []
    for each in bindings_at(node, scope):
        value = each.value.value if isinstance(each.value, ast.Await) else each.value
        if each.kind != "assign" or not isinstance(value, ast.Call) or called_function(value) in COUNTS:
            continue
        for part in walk(value):
            if isinstance(part, ast.Name) and part.id[:1].isupper():
                named = look.project.resolve(part, each.scope)
                found += [one.definition for one in named if isinstance(one.definition, Class)]
    return found


def columns(cls: Class) -> list[str]:
    """The fields of a table: ``api_token = CharField()``, ``Column(String)``."""
    return [
        target.id
        for each in cls.mro
        if isinstance(each.definition, Class)
        for node in each.definition.node.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name)
        and called_function(node.value).endswith(("Field", "Column", "mapped_column"))
    ]


COUNTS = frozenset(["count", "exists", "update", "delete", "values", "values_list", "scalar", "len"])


@once
@in_circles(str)
def said_by(look: Look, cls: Class, policy: Policy, depth: int = DEEPEST) -> str:
    """The secret field that the text of an object of a class says."""
    return by_method(look, cls, policy, depth)


def by_method(look: Look, cls: Class, policy: Policy, depth: int) -> str:
    for name in ("__str__", "__repr__"):
        made = cls.member(name)
        if made is not None and isinstance(made.definition, Function):
            return in_returns(look, made.definition, policy)
    if not says_fields(cls):
        return ""
    for name, annotation, owner in fields(cls):
        if is_secret(name) or of_password(words_of(name)):
            return name
        for each in look.project.resolve(annotation, owner.scope) if depth else ():
            if isinstance(each.definition, Class) and each.definition is not cls:
                inner = said_by(look, each.definition, policy, depth - 1)
                if inner:
                    return inner
    return ""


def in_returns(look: Look, function: Function, policy: Policy) -> str:
    beside = look.beside(function.module)
    for given in function.returns:
        for origin in beside.origins(given, policy):
            if origin.kind == "named":
                return origin.name.strip("`")
    return ""


def says_fields(cls: Class) -> bool:
    for each in cls.decorators:
        if each.name.startswith(DECORATORS):
            keywords = each.call.keywords if each.call is not None else []
            return not any(one.arg == "repr" and unparsed(one.value) == "False" for one in keywords)
    return any(each.definition is None and each.name.startswith(BASES) for each in cls.mro)


def fields(cls: Class) -> Iterator[tuple[str, ast.expr, Class]]:
    """Those that are declared and not kept out of the text."""
    for each in cls.mro:
        owner = each.definition
        for node in owner.node.body if isinstance(owner, Class) else ():
            if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
                continue
            given = node.value.keywords if isinstance(node.value, ast.Call) else []
            if any(one.arg == "repr" and unparsed(one.value) == "False" for one in given):
                continue
            if isinstance(owner, Class) and not any(word in unparsed(node.annotation) for word in HIDDEN):
                yield node.target.id, node.annotation, owner


def is_secret(name: str) -> bool:
    return secret_kind(name) in {"password", "token", "key", "code"} and PUBLIC.isdisjoint(words_of(name))


def in_dump(look: Look, node: ast.Call | ast.Attribute, scope: Scope) -> str:
    """``asdict(credentials)``, ``body.model_dump()``, ``user.__dict__``; `HARMLESS`: there is none in it."""
    name = called_function(node) if isinstance(node, ast.Call) else node.attr
    held: ast.expr | None = None
    if isinstance(node, ast.Attribute):
        held = node.value if name == "__dict__" else None
    elif name in FUNCTIONS and node.args:
        held = node.args[0]
    elif name in METHODS and isinstance(node.func, ast.Attribute):
        held = node.func.value
    if not isinstance(held, ast.Name | ast.Attribute | ast.Call):
        return ""
    met = ""
    types = look.project.types_of(held, scope)
    if any(each.name in WITH_FIELDS for each in types):
        return next(WITH_FIELDS[each.name] for each in types if each.name in WITH_FIELDS)
    known: list[object] = [each.definition for each in types]
    if isinstance(held, ast.Name) and not any(isinstance(each, Class) for each in known):
        known += [each for each in rows_in(look, held, scope) if columns(each)]
    for cls in known:
        own = cls.member(name) if isinstance(cls, Class) else None
        if not isinstance(cls, Class) or (own is not None and isinstance(own.definition, Function)):
            continue
        names = [field for field, _, _ in fields(cls)] + list(cls.on_instances) + columns(cls)
        for field in names:
            if (is_secret(field) or of_password(words_of(field))) and not (
                isinstance(node, ast.Call) and left_out(node, field)
            ):
                return f"`{field}` of `{cls.name}`"
        met = HARMLESS
    return met


def left_out(node: ast.Call, field: str) -> bool:
    """``exclude={"password"}``, ``include={"email"}``"""
    for each in node.keywords:
        text = unparsed(each.value)
        named = f"'{field}'" in text or f".{field}" in text
        if (each.arg == "exclude" and named) or (each.arg in {"include", "fields", "only"} and not named):
            return True
    return False
