"""What a request fills in as it comes: forms, classes that make themselves, rows that were loaded, claims."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Class, Function, unparsed
from rescind.review.access.bodies import RIGHTS, chooses, left_out, open_field, raw
from rescind.review.access.fields import declared
from rescind.review.access.rows import part_of_parameter
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import secret_kind, words_of

PEOPLE = frozenset(
    ["user", "users", "account", "accounts", "member", "members", "customer", "customers", "profile",
     "employee", "person", "usuario", "usuarios", "nutzer", "benutzer", "kunde", "kunden", "mitglied",
     "mitglieder", "konto", "cliente", "clientes", "cuenta", "conta", "utilisateur", "mitarbeiter",
     "empleado", "socio", "aluno"]
)  # fmt: skip


def of_people(text: str) -> bool:
    return not PEOPLE.isdisjoint(words_of(text))


def of_account(node: ast.Call) -> bool:
    """``Subscriber(**body, password=digest)``: whatever it is called, somebody signs in with it."""
    return any(is_password(each.arg or "") for each in node.keywords)


def is_password(name: str) -> bool:
    """``password``, ``password_hash``, in any language that is known."""
    kind = secret_kind(name)
    return kind == "password" or (
        kind == "digest" and any(each.startswith("pass") for each in words_of(name))
    )


def is_account(look: Look, node: ast.expr) -> bool:
    """``{**body, "password": digest}``, as it stands or by a name."""
    bound = (
        [each.value for each in bindings_at(node, look.scope(node))] if isinstance(node, ast.Name) else [node]
    )
    return any(
        isinstance(key, ast.Constant) and isinstance(key.value, str) and is_password(key.value)
        for each in bound
        if isinstance(each, ast.Dict)
        for key in each.keys
    )


def made_of(look: Look, node: ast.Call) -> Iterator[Class]:
    for each in look.project.callee(node, look.scope(node)):
        if isinstance(each.definition, Class):
            yield each.definition


def right_of_form(look: Look, node: ast.Call) -> str:
    """The right among the fields of a form that is written to a row as a whole; empty: none."""
    if called_function(node) != "populate_obj" or not isinstance(node.func, ast.Attribute):
        return ""
    held = node.func.value
    if not isinstance(held, ast.Name) or re.search(
        rf"\bdel {held.id}\.|{held.id}\.\w+\.data = ", look.module.text
    ):
        return ""
    made = [each.value for each in bindings_at(held, look.scope(held))]
    found = [one for each in made if isinstance(each, ast.Call) for one in made_of(look, each)]
    return next((name for cls in found for name in declared(cls)), "")


def right_of_maker(look: Look, node: ast.Call) -> str:
    """The right among what ``cls(**data)`` of a class of rows takes from a body; empty: none."""
    if not node.args or not isinstance(node.func, ast.Attribute):
        return ""
    for each in look.shared.flow.calls.callees(node, look.scope(node)):
        if each.cls is None or not any(makes_itself(one) for one in each.returns):
            continue
        if NO_ROWS.isdisjoint(words_of(each.cls.name)) and raw(look, node.args[0]) and not left_out(
            look, node.args[0]
        ):  # fmt: skip
            return open_field(look, each.cls)
    return ""


def makes_itself(node: ast.expr) -> bool:
    """``cls(**{k: v for k, v in data.items() if k in names})``"""
    return (
        isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "cls"
        and any(each.arg is None for each in node.keywords)
    )


NO_ROWS = frozenset(
    ["schema", "serializer", "form", "error", "exception", "response", "in", "out", "read", "dto", "request",
     "event", "command", "query", "settings", "config", "options", "message", "payload", "input"]
)  # fmt: skip


def is_loaded(look: Look, node: ast.expr) -> bool:
    """``account.update(...)`` of ``account = load(account_id)``: a dictionary that is somebody's row."""
    held = node.value if isinstance(node, ast.Attribute | ast.Subscript) else None
    if not isinstance(held, ast.Name) or not of_people(held.id) or "profile" in words_of(held.id):
        return False
    bound = [each.value for each in bindings_at(held, look.scope(held))]
    found = [each.value if isinstance(each, ast.Await) else each for each in bound]
    return bool(found) and all(
        isinstance(each, ast.Call) and called_function(each) != "dict" for each in found
    )


def in_claims(node: ast.Dict) -> Iterator[tuple[str, ast.expr]]:
    """``{"sub": user.id, "role": body.role, "exp": ...}``: what a token says."""
    names = {str(each.value): value for each, value in zip(node.keys, node.values, strict=True)
             if isinstance(each, ast.Constant)}  # fmt: skip
    if {"sub", "exp"} <= names.keys() or {"sub", "iat"} <= names.keys():
        yield from ((name, value) for name, value in names.items() if name in RIGHTS)


def said(look: Look, node: ast.expr) -> bool:
    """``body.role``, ``request.json["role"]``: of the request itself, and of no row that was found by it."""
    base = node.value if isinstance(node, ast.Attribute | ast.Subscript) else node
    parts = {look.shared.flow.web.part(base, look.scope(base)), part_of_parameter(look, base)}
    return not parts.isdisjoint({"body", "form", "query"}) or raw(look, base)


def is_session(node: ast.expr) -> bool:
    return unparsed(node) in {"session", "request.session", "self.request.session"}


def chosen_from(function: Function, node: ast.expr) -> bool:
    """Whether a function has asked whether what is chosen is among what somebody has."""
    texts = {
        unparsed(each) for test in function.nodes_of(ast.Compare) for each in (test.left, *test.comparators)
    }
    return unparsed(node) in texts


CHANGES = re.compile(r"(?i)\s*(?:update|insert\s+into)\s+[\"`]?([\w.]+)")


def columns_said(look: Look, node: ast.Call) -> bool:
    """``execute(f"UPDATE users SET {sets} WHERE ...")`` of ``sets = ", ".join(f"{k} = ?" for k in body)``"""
    first = node.args[0] if node.args else None
    if isinstance(first, ast.Call) and called_function(first) == "text" and first.args:
        first = first.args[0]
    if not isinstance(first, ast.JoinedStr):
        return False
    begins = first.values[0].value if isinstance(first.values[0], ast.Constant) else ""
    table = CHANGES.match(str(begins))
    return (
        table is not None
        and of_people(table[1])
        and any(names_all(look, each.value) for each in first.values if isinstance(each, ast.FormattedValue))
    )


def names_all(look: Look, node: ast.expr) -> bool:
    """Whether a text names every key of a body: a part of a join over it."""
    bound = (
        [each.value for each in bindings_at(node, look.scope(node))] if isinstance(node, ast.Name) else [node]
    )
    for each in bound:
        if not isinstance(each, ast.Call) or called_function(each) != "join" or not each.args:
            continue
        keys = each.args[0]
        if isinstance(keys, ast.GeneratorExp | ast.ListComp):
            if any(map(chooses, keys.generators)):
                continue
            keys = keys.generators[0].iter
        if (
            isinstance(keys, ast.Call)
            and called_function(keys) == "keys"
            and isinstance(keys.func, ast.Attribute)
        ):
            keys = keys.func.value
        if raw(look, keys) and not left_out(look, keys):
            return True
    return False
