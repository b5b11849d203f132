"""Statements of libcst as statements of ``ast``."""

from __future__ import annotations

import ast
from typing import Any

import libcst as cst

from rescind.reading.newer.patterns import Patterns
from rescind.reading.nodes import TypeAlias

PARAMETERS: dict[str, Any] = {"type_params": []} if "type_params" in ast.ClassDef._fields else {}


class Statements(Patterns):
    """Lowers statements and the blocks that they stand in."""

    def block(self, node: Any) -> list[ast.stmt]:
        """The statements of an indented block, or of the rest of a line."""
        made: list[ast.stmt] = []
        for each in node.body:
            made += self.statement(each)
        return made

    def statement(self, node: Any) -> list[ast.stmt]:
        if isinstance(node, cst.SimpleStatementLine):
            return [stmt for each in node.body for stmt in self.statement(each)]
        made: ast.stmt = getattr(self, f"s_{type(node).__name__}")(node)
        return [made]

    # small ones

    def s_Pass(self, node: Any) -> ast.stmt:
        return self.at.put(ast.Pass(), node)

    def s_Break(self, node: Any) -> ast.stmt:
        return self.at.put(ast.Break(), node)

    def s_Continue(self, node: Any) -> ast.stmt:
        return self.at.put(ast.Continue(), node)

    def s_Expr(self, node: cst.Expr) -> ast.stmt:
        made = ast.Expr(self.expression(node.value))
        around: Any = node.value
        return self.at.put(made, around.lpar[0], around.rpar[-1]) if around.lpar else self.at.put(made, node)

    def s_Return(self, node: cst.Return) -> ast.stmt:
        return self.at.put(ast.Return(self.maybe(node.value)), node)

    def s_Assign(self, node: cst.Assign) -> ast.stmt:
        targets = [self.expression(each.target, ast.Store()) for each in node.targets]
        return self.at.put(ast.Assign(targets, self.expression(node.value)), node)

    def s_AnnAssign(self, node: cst.AnnAssign) -> ast.stmt:
        target: Any = self.expression(node.target, ast.Store())
        simple = int(isinstance(node.target, cst.Name) and not node.target.lpar)
        annotation = self.expression(node.annotation.annotation)
        return self.at.put(ast.AnnAssign(target, annotation, self.maybe(node.value), simple), node)

    def s_AugAssign(self, node: cst.AugAssign) -> ast.stmt:
        target: Any = self.expression(node.target, ast.Store())
        return self.at.put(
            ast.AugAssign(target, self.operator(node.operator), self.expression(node.value)), node
        )

    def s_Del(self, node: cst.Del) -> ast.stmt:
        if isinstance(node.target, cst.Tuple) and not node.target.lpar:
            return self.at.put(ast.Delete(self.many(node.target.elements, ast.Del())), node)
        return self.at.put(ast.Delete([self.expression(node.target, ast.Del())]), node)

    def s_Raise(self, node: cst.Raise) -> ast.stmt:
        cause = None if node.cause is None else self.expression(node.cause.item)
        return self.at.put(ast.Raise(self.maybe(node.exc), cause), node)

    def s_Assert(self, node: cst.Assert) -> ast.stmt:
        return self.at.put(ast.Assert(self.expression(node.test), self.maybe(node.msg)), node)

    def s_Global(self, node: cst.Global) -> ast.stmt:
        return self.at.put(ast.Global([each.name.value for each in node.names]), node)

    def s_Nonlocal(self, node: cst.Nonlocal) -> ast.stmt:
        return self.at.put(ast.Nonlocal([each.name.value for each in node.names]), node)

    def s_Import(self, node: cst.Import) -> ast.stmt:
        return self.at.put(ast.Import([self.alias(each) for each in node.names]), node)

    def s_ImportFrom(self, node: cst.ImportFrom) -> ast.stmt:
        module = None if node.module is None else dotted(node.module)
        if isinstance(node.names, cst.ImportStar):
            names = [self.at.put(ast.alias("*"), node.names)]
        else:
            names = [self.alias(each) for each in node.names]
        return self.at.put(ast.ImportFrom(module, names, len(node.relative)), node)

    def alias(self, node: cst.ImportAlias) -> ast.alias:
        made = ast.alias(dotted(node.name), node.evaluated_alias)
        return self.at.put(made, node.name, node.name if node.asname is None else node.asname.name)

    def s_TypeAlias(self, node: Any) -> ast.stmt:
        name = self.at.put(ast.Name(node.name.value, ast.Store()), node.name)
        return self.at.put(TypeAlias(name=name, type_params=[], value=self.expression(node.value)), node)

    # compound ones

    def s_If(self, node: cst.If) -> ast.stmt:
        made = ast.If(self.expression(node.test), self.block(node.body), self.orelse(node.orelse))
        return self.at.put(made, node)

    def orelse(self, node: Any) -> list[ast.stmt]:
        if node is None:
            return []
        return [self.s_If(node)] if isinstance(node, cst.If) else self.block(node.body)

    def s_For(self, node: cst.For) -> ast.stmt:
        kind: Any = ast.For if node.asynchronous is None else ast.AsyncFor
        target = self.expression(node.target, ast.Store())
        made = kind(target, self.expression(node.iter), self.block(node.body), self.orelse(node.orelse))
        self.at.put(made, node)
        return made  # type: ignore[no-any-return]

    def s_While(self, node: cst.While) -> ast.stmt:
        made = ast.While(self.expression(node.test), self.block(node.body), self.orelse(node.orelse))
        return self.at.put(made, node)

    def s_With(self, node: cst.With) -> ast.stmt:
        kind: Any = ast.With if node.asynchronous is None else ast.AsyncWith
        items = [
            ast.withitem(
                self.expression(each.item),
                None if each.asname is None else self.expression(each.asname.name, ast.Store()),
            )
            for each in node.items
        ]
        self.at.put(made := kind(items, self.block(node.body)), node)
        return made  # type: ignore[no-any-return]

    def s_Try(self, node: Any) -> ast.stmt:
        kind: Any = ast.Try if isinstance(node, cst.Try) else ast.TryStar
        handlers = [self.handler(each) for each in node.handlers]
        final = [] if node.finalbody is None else self.block(node.finalbody.body)
        made = kind(self.block(node.body), handlers, self.orelse(node.orelse), final)
        self.at.put(made, node)
        return made  # type: ignore[no-any-return]

    s_TryStar = s_Try

    def handler(self, node: Any) -> ast.ExceptHandler:
        name = None if node.name is None else node.name.name.value
        return self.at.put(ast.ExceptHandler(self.maybe(node.type), name, self.block(node.body)), node)

    def s_FunctionDef(self, node: cst.FunctionDef) -> ast.stmt:
        kind: Any = ast.FunctionDef if node.asynchronous is None else ast.AsyncFunctionDef
        made = kind(
            name=node.name.value,
            args=self.parameters(node.params),
            body=self.block(node.body),
            decorator_list=[self.expression(each.decorator) for each in node.decorators],
            returns=None if node.returns is None else self.expression(node.returns.annotation),
            type_comment=None,
            **PARAMETERS,
        )
        self.at.put(made, node)
        return made  # type: ignore[no-any-return]

    def s_ClassDef(self, node: cst.ClassDef) -> ast.stmt:
        bases, keywords = self.arguments([*node.bases, *node.keywords])
        made = ast.ClassDef(
            name=node.name.value,
            bases=bases,
            keywords=keywords,
            body=self.block(node.body),
            decorator_list=[self.expression(each.decorator) for each in node.decorators],
            **PARAMETERS,
        )
        return self.at.put(made, node)

    def s_Match(self, node: cst.Match) -> ast.stmt:
        cases = [
            ast.match_case(self.pattern(each.pattern), self.maybe(each.guard), self.block(each.body))
            for each in node.cases
        ]
        return self.at.put(ast.Match(self.expression(node.subject), cases), node)


def dotted(node: Any) -> str:
    """``a.b.c`` of an import."""
    parts = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    return ".".join([node.value, *reversed(parts)])
