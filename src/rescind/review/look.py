"""What a rule gets: one module to look at, its project, and answers that every rule needs.

Each answer is made when it is first asked for and kept. A `Look` is made anew for each module; what belongs
to the whole project is in `Shared`, of which there is one.
"""

from __future__ import annotations

import ast
from functools import cached_property

from rescind.reading import Call, Function, Module, Named, Project, Scope, Values, walk
from rescind.review.places import is_test
from rescind.review.words import secret_kind, speaks_of_auth


class Shared:
    """Answers about a whole project, made once."""

    def __init__(self, project: Project) -> None:
        self.project = project


class Look:
    """One module, as a rule sees it.

    Attributes:
        module: the one to look at; findings are about it alone.
        project: all of them; what a name stands for may be anywhere.
    """

    def __init__(self, module: Module, shared: Shared) -> None:
        self.module = module
        self.shared = shared

    @property
    def project(self) -> Project:
        return self.module.project

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the module, in the order of the source."""
        return tuple(walk(self.module.tree))

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """All calls of the module, those outside of functions too."""
        return tuple(self.call(node) for node in self.nodes if isinstance(node, ast.Call))

    @cached_property
    def is_test(self) -> bool:
        """Whether the module is a test, an example or documentation: nothing of it runs for users."""
        return is_test(self.module.file)

    def call(self, node: ast.Call) -> Call:
        """A call node with what it calls."""
        return Call(node, self.module, self.project.callee(node, self.scope(node)))

    def scope(self, node: ast.AST) -> Scope:
        """Where a node is evaluated."""
        return self.module.scope_of(node)

    def function(self, node: ast.AST) -> Function | None:
        """The function in whose body a node stands."""
        return self.module.function_of(node)

    def named(self, node: ast.expr) -> tuple[Named, ...]:
        """What an expression refers to."""
        return self.project.resolve(node, self.scope(node))

    def name(self, node: ast.expr) -> str:
        """The name in full of what an expression refers to; empty if that is not known."""
        return self.project.name_of(node, self.scope(node))

    def values(self, node: ast.expr) -> Values:
        """The values that an expression may have, as far as they stand in the source."""
        return self.project.values_of(node, self.scope(node))

    def near_auth(self, node: ast.AST) -> bool:
        """Whether a node stands in code of login, sessions, tokens, cookies, reset or permissions."""
        function = self.function(node)
        name = self.module.name if function is None else function.qualname
        return speaks_of_auth(name)

    def secret(self, node: ast.expr) -> str:
        """The kind of secret that an expression is called by: see `rescind.review.words.secret_kind`.

        Of ``x.token``, ``row["token"]``, ``form.get("token")`` and ``token`` it is that of ``token``.
        """
        return secret_kind(called(node))


def called(node: ast.AST) -> str:
    """The last name that the source gives to what an expression holds; empty: none."""
    if isinstance(node, ast.Await | ast.NamedExpr | ast.Starred):
        return called(node.value)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        key = node.slice
        return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    if isinstance(node, ast.Call):
        first = node.args[0] if node.args else None
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in GETTERS
            and isinstance(first, ast.Constant)
        ):
            return first.value if isinstance(first.value, str) else ""
        if isinstance(node.func, ast.Attribute) and node.func.attr in CARRIERS:
            return called(node.func.value)
        if getattr(node.func, "id", "") in {"str", "bytes"} and first is not None:
            return called(first)
    return ""


GETTERS = {
    "get",
    "pop",
    "getlist",
    "getone",
    "get_secure_cookie",
    "get_signed_cookie",
    "get_argument",
    "getall",
    "setdefault",
}
# Methods whose result says the same as what they are called on.
CARRIERS = {
    "encode",
    "decode",
    "strip",
    "lower",
    "upper",
    "hex",
    "get_secret_value",
    "rstrip",
    "lstrip",
    "removeprefix",
    "casefold",
}
