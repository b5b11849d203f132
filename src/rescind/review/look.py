"""What a rule gets: one module to look at, its project, and answers that every rule needs.

Each answer is made when it is first asked for and kept. A `Look` is made anew for each module; what belongs
to the whole project is in `Shared`, of which there is one.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from rescind.reading import Call, Function, Module, Named, Project, Scope, Values
from rescind.review.flow import PLAIN, Flow, Origin, Policy
from rescind.review.naming.called import called
from rescind.review.naming.words import Secret, secret_kind, speaks_of_auth
from rescind.review.near import Near
from rescind.review.places import is_test


class Setting(NamedTuple):
    """A name and what it is set to, however that is written: ``NAME = x``, ``app.name = x``,
    ``config["NAME"] = x``,
    ``{"NAME": x}``, ``f(name=x)``. ``node`` is the statement, or the key or keyword inside of one."""

    name: str
    value: ast.expr
    node: ast.AST


def owned(node: ast.Attribute) -> str:
    """``invite_code`` of ``invite.code``."""
    return f"{called(node.value)}_{node.attr}"


class Shared:
    """Answers about a whole project, made once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.flow = Flow(project)
        self.near = Near(self.flow)
        self._looks: dict[Module, Look] = {}
        self._imported: dict[str, bool] = {}
        self.answers: dict[Hashable, object] = {}  # of `once`
        self.making: set[Hashable] = set()  # of `in_circles`

    @cached_property
    def _callers(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = defaultdict(list)
        for module in self.project.modules:
            look = self.look(module)
            for call in () if look.is_test else look.calls:
                for each in call.named:
                    if each.definition is not None:
                        found[each.name].append(call)
        return found

    def callers(self, name: str) -> list[Call]:
        """The calls of a function or class of the project, by its name in full; those in tests left out."""
        return self._callers.get(name, [])

    @cached_property
    def set_on_attributes(self) -> dict[str, list[tuple[Module, ast.expr]]]:
        """What is assigned to attributes and under fixed keys, by their name: ``g.session = x``,
        ``scope["session"] = x``."""
        found: dict[str, list[tuple[Module, ast.expr]]] = defaultdict(list)
        for module in self.project.modules:
            for node in module.nodes_of(ast.Assign):
                for target in parts_of(node.targets):
                    if isinstance(target, ast.Attribute):
                        found[target.attr].append((module, node.value))
                    elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                        found[str(target.slice.value)].append((module, node.value))
        return dict(found)

    def imports(self, *names: str) -> bool:
        """Whether any module of the project imports one of these, or something from it."""
        return any(self._imports(name) for name in names)

    def _imports(self, name: str) -> bool:
        found = self._imported.get(name)
        if found is None:
            ways = f"import {name}", f"from {name}"
            found = any(way in module.text for module in self.project.modules for way in ways)
            self._imported[name] = found
        return found

    def look(self, module: Module) -> Look:
        """At a module; the same one every time."""
        found = self._looks.get(module)
        if found is None:
            found = self._looks[module] = Look(module, self)
        return found


class Look:
    """One module, as a rule sees it.

    Attributes:
        module: the one to look at; findings are about it alone.
        project: all of them; what a name stands for may be anywhere.
    """

    def __init__(self, module: Module, shared: Shared) -> None:
        self.module = module
        self.shared = shared
        self._spoken: dict[tuple[str, ...], bool] = {}

    def beside(self, module: Module) -> Look:
        """At another module of the project."""
        return self.shared.look(module)

    @property
    def project(self) -> Project:
        return self.module.project

    def everywhere(self, *words: str) -> Iterator[Look]:
        """At every module of the project that runs for users; with words, in small letters: at those in which
        one of them stands."""
        for module in self.project.modules:
            look = self.beside(module)
            if not look.is_test and (not words or look.speaks_of(words)):
                yield look

    @cached_property
    def lowered(self) -> str:
        """The text of the module in small letters, to ask for words before anything else is done."""
        return self.module.text.lower()

    def speaks_of(self, words: Iterable[str]) -> bool:
        """Whether any of these words, in small letters, stands in the module."""
        key = tuple(words)
        found = self._spoken.get(key)
        if found is None:
            found = self._spoken[key] = any(word in self.lowered for word in key)
        return found

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """All calls of the module, those outside of functions too."""
        return tuple(map(self.call, self.module.nodes_of(ast.Call)))

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """Everything that is given a value under a name, in the order of the source."""
        return tuple(each for node in self.module.nodes_of(*SETS) for each in settings_of(node))

    def origins(self, node: ast.expr, policy: Policy = PLAIN) -> tuple[Origin, ...]:
        """Where the data of an expression come from: see `rescind.review.flow`."""
        return self.shared.flow.origins(node, self.module, policy)

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

    def owner(self, node: ast.arg) -> Function | None:
        """The function that a parameter is one of."""
        arguments = self.module.parent_of(node)
        above = self.module.parent_of(arguments) if arguments is not None else None
        if not isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
            return None
        return self.project.function(self.module, above)

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
        """Whether a node stands in code of login, sessions, tokens, cookies, reset or permissions, or in
        what such code calls."""
        function = self.function(node)
        return speaks_of_auth(self.module.name) if function is None else self.shared.near(function)

    def secret(self, node: ast.expr) -> Secret:
        """The kind of secret that an expression is called by: see `rescind.review.naming.words.secret_kind`.

        Of ``x.token``, ``row["token"]``, ``form.get("token")`` and ``token`` it is that of ``token``.
        """
        return secret_kind(called(node)) or (
            secret_kind(owned(node)) if isinstance(node, ast.Attribute) else ""
        )


def parts_of(targets: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """Each target of an assignment; of ``request.sid, request.visit = f()`` both."""
    for each in targets:
        yield from each.elts if isinstance(each, ast.Tuple) else [each]


SETS = (ast.Assign, ast.AnnAssign, ast.Dict, ast.keyword)


def settings_of(node: ast.AST) -> Iterator[Setting]:
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            name = called(target)
            if name:
                yield Setting(name, node.value, node)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield Setting(key.value, value, key)
    elif isinstance(node, ast.keyword) and node.arg is not None:
        yield Setting(node.arg, node.value, node)
