"""Patterns of ``match`` as patterns of ``ast``."""

from __future__ import annotations

import ast
from typing import Any

import libcst as cst

from rescind.reading.newer.strings import Strings


class Patterns(Strings):
    """Adds patterns to expressions."""

    def pattern(self, node: Any) -> Any:
        return getattr(self, f"p_{type(node).__name__}")(node)

    def name(self, node: Any) -> str | None:
        return None if node is None or node.value == "_" else node.value

    def p_MatchValue(self, node: cst.MatchValue) -> ast.pattern:
        return self.at.put(ast.MatchValue(self.expression(node.value)), node)

    def p_MatchSingleton(self, node: cst.MatchSingleton) -> ast.pattern:
        value: Any = self.expression(node.value)
        return self.at.put(ast.MatchSingleton(value.value), node)

    def p_MatchList(self, node: Any) -> ast.pattern:
        return self.at.put(ast.MatchSequence([self.pattern(each) for each in node.patterns]), node)

    p_MatchTuple = p_MatchList

    def p_MatchSequenceElement(self, node: cst.MatchSequenceElement) -> Any:
        return self.pattern(node.value)

    def p_MatchStar(self, node: cst.MatchStar) -> ast.pattern:
        return self.at.put(ast.MatchStar(self.name(node.name)), node)

    def p_MatchMapping(self, node: cst.MatchMapping) -> ast.pattern:
        keys = [self.expression(each.key) for each in node.elements]
        patterns = [self.pattern(each.pattern) for each in node.elements]
        return self.at.put(ast.MatchMapping(keys, patterns, self.name(node.rest)), node)

    def p_MatchClass(self, node: cst.MatchClass) -> ast.pattern:
        made = ast.MatchClass(
            self.expression(node.cls),
            [self.pattern(each) for each in node.patterns],
            [each.key.value for each in node.kwds],
            [self.pattern(each.pattern) for each in node.kwds],
        )
        return self.at.put(made, node)

    def p_MatchAs(self, node: cst.MatchAs) -> ast.pattern:
        below = None if node.pattern is None else self.pattern(node.pattern)
        return self.at.put(ast.MatchAs(below, self.name(node.name)), node)

    def p_MatchOr(self, node: cst.MatchOr) -> ast.pattern:
        return self.at.put(ast.MatchOr([self.pattern(each.pattern) for each in node.patterns]), node)
