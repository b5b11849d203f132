"""What knows where data come from in one project: its parts, and the answers that were given."""

from __future__ import annotations

import ast

from rescind.reading import Module, Project, Scope
from rescind.review.flow.calls import Calls
from rescind.review.flow.collected import Collected
from rescind.review.flow.conditions import makes_harmless
from rescind.review.flow.entries import Entries
from rescind.review.flow.origin import Origin, leaf
from rescind.review.flow.policy import PLAIN, Policy
from rescind.review.flow.stores import Stores
from rescind.review.flow.trace import Walk
from rescind.review.flow.web import Web


class Flow:
    """Where data come from, in one project. Answers are kept."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.web = Web(project)
        self.entries = Entries(project)
        self.stores = Stores(project)
        self.calls = Calls(project)
        self.collected = Collected()
        self._looks: dict[tuple[ast.AST, str], tuple[Origin, ...] | None] = {}
        self._known: dict[tuple[ast.AST, str], tuple[Origin, ...]] = {}

    def origins(self, node: ast.expr, module: Module, policy: Policy = PLAIN) -> tuple[Origin, ...]:
        """Where what an expression holds may come from; nothing: constants, or what takes the danger out."""
        key = (node, policy.name)
        found = self._known.get(key)
        if found is None:
            walk = Walk(self, policy)
            found = self._known[key] = tuple(walk.visit(node, module.scope_of(node), None))
        return found

    def look(self, node: ast.expr, scope: Scope, policy: Policy) -> tuple[Origin, ...] | None:
        """What an expression is by its look, on whatever way it is met: harmless, of a request, of a store;
        None: that must be followed."""
        key = (node, policy.name)
        if key not in self._looks:
            found = self._by_look(node, scope, policy)
            self._looks[key] = None if found is None else tuple(found)
        return self._looks[key]

    def _by_look(self, node: ast.expr, scope: Scope, policy: Policy) -> list[Origin] | None:
        if policy.guard is not None and makes_harmless(scope.module, node, policy.guard):
            return []
        part = self.web.part(node, scope)
        if part:
            return leaf("request", node, scope.module, part)
        kind = self.stores.kind(node, scope)
        if kind == "store" and isinstance(node, ast.Call) and self.web.reads_from(node.func, scope):
            return None  # ``request.query.get("page")`` asks no store
        return None if kind is None else leaf(kind, node, scope.module)
