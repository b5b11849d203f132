"""Flask-Security: the store of accounts, and what the application tells it. Authlib: the class of tokens.

A store of Flask-Security finds an account anew on each request, by a number (``fs_uniquifier``) that the
session or the token carries. Stores of the package for SQLAlchemy are known; any other, and one that is
derived from them, is not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rescind.paths.following.facts import At, Op
from rescind.paths.following.known import COLUMNS
from rescind.paths.reaching import imported
from rescind.reading import Call, Class, Module, Project, Variable
from rescind.reading.frameworks.facts import calls_of
from rescind.reading.scopes import Scope

NAME = "flask_security."
STORES = ("SQLAlchemyUserDatastore", "SQLAlchemySessionUserDatastore", "FSQLALiteUserDatastore")
NUMBER, TOKEN_NUMBER = "fs_uniquifier", "fs_token_uniquifier"
PLAIN = ("Model", "DeclarativeBase", "DeclarativeBaseNoMeta", "MappedAsDataclass", "AsyncAttrs", "object")
FINDING = ("find_user", "get_user")
TOLD: dict[str, tuple[Op, str, bool | None]] = {
    "set_uniquifier": ("set", NUMBER, None), "set_token_uniquifier": ("set", TOKEN_NUMBER, None),
    "deactivate_user": ("set", "active", False), "delete_user": ("remove", "", None),
}  # fmt: skip
"""Of each method of a store what it does to the row: the attribute, and what it is set to where that is
known."""
CHANGING = {f"{NAME}changeable.change_user_password", f"{NAME}changeable.admin_change_password",
            f"{NAME}admin_change_password"}  # fmt: skip
CHANGED = ("password", NUMBER)


class Datastore(NamedTuple):
    """The one store that an application has.

    Attributes:
        model: the class of its accounts.
        model_name: its name in full.
        at: where it is made.
    """

    model: Class
    model_name: str
    at: At

    def has(self, name: str) -> bool:
        own = self.model.member(name)
        return own is not None and own.definition is not None

    @property
    def is_plain(self) -> bool:
        """Whether its accounts have the flag as a column and not as something that is worked out, and have no
        more than can be read."""
        own = self.model.member("active")
        bindings = own.definition.bindings if own is not None and isinstance(own.definition, Variable) else ()
        outside = [each.name for each in self.model.mro if each.definition is None]
        return (
            (own is None or own.definition is None or bool(bindings))
            and all(each.value is None or is_column(each.value, each.scope) for each in bindings)
            and all(each.startswith(NAME) or each.rpartition(".")[2] in PLAIN for each in outside)
        )


def is_column(node: ast.expr, scope: Scope) -> bool:
    project = scope.module.project
    return isinstance(node, ast.Call) and COLUMNS.search(project.name_of(node.func, scope)) is not None


def datastore(project: Project, modules: Iterable[Module]) -> Datastore | None:
    """The store that is given to ``Security(app, store)``, by what these modules import if it is there; None:
    there is none, or it is not known."""
    calls = [each for each in calls_of(project, "Security", "init_app") if each.name.startswith(NAME)]
    near = imported(project, modules) if calls else set()
    calls = [each for each in calls if each.module in near] or calls
    given = [
        (argument, call.module.scope_of(call.node))
        for call in calls
        if (argument := call.argument("datastore", 1)) is not None
    ]
    made = [each for argument, scope in given for each in made_of(project, argument, scope)]
    nodes = {None if each is None else each.node for each in made}
    return of_call(project, made[0]) if len(nodes) == 1 and made[0] is not None else None


def made_of(project: Project, node: ast.expr, scope: Scope) -> Iterator[Call | None]:
    """The calls that made it; None for one that is not known."""
    if isinstance(node, ast.Call):
        named = project.callee(node, scope)
        name = named[0].name if len(named) == 1 else ""
        known = name.startswith(NAME) and name.rpartition(".")[2] in STORES
        yield Call(node, scope.module, named) if known else None
        return
    found = project.resolve(node, scope)
    for each in found:
        for binding in each.definition.bindings if isinstance(each.definition, Variable) else ():
            if isinstance(binding.value, ast.Call):
                yield from made_of(project, binding.value, binding.scope)
            else:
                yield None
    if not found:
        yield None


def of_call(project: Project, call: Call) -> Datastore | None:
    given = call.argument("user_model", 1)
    found = () if given is None else project.resolve(given, call.module.scope_of(call.node))
    classes = [(each.definition, each.name) for each in found if isinstance(each.definition, Class)]
    return Datastore(*classes[0], At(call.node, call.module)) if len(found) == len(classes) == 1 else None


def tokens_of(project: Project, module: Module) -> list[str]:
    """The classes that say of a token whether it is revoked, as Authlib asks, by what a module imports."""
    return [
        each.qualname
        for near in imported(project, [module])
        if "OAuth2TokenMixin" in near.text or "is_revoked" in near.text
        for each in near.classes
        if any(base.name.endswith(".OAuth2TokenMixin") for base in each.mro)
        or getattr(each.member("is_revoked"), "definition", None) is not None
    ]
