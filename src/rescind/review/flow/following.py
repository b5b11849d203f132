"""What knows where data come from in one project: its parts, and the answers that were given."""

from __future__ import annotations

import ast

from rescind.reading import Module, Project
from rescind.review.flow.calls import Calls
from rescind.review.flow.collected import Collected
from rescind.review.flow.entries import Entries
from rescind.review.flow.origin import Origin
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
        self._known: dict[tuple[ast.AST, str], tuple[Origin, ...]] = {}

    def origins(self, node: ast.expr, module: Module, policy: Policy = PLAIN) -> tuple[Origin, ...]:
        """Where what an expression holds may come from; nothing: constants, or what takes the danger out."""
        key = (node, policy.name)
        found = self._known.get(key)
        if found is None:
            walk = Walk(self, policy)
            found = self._known[key] = tuple(walk.visit(node, module.scope_of(node), None))
        return found
