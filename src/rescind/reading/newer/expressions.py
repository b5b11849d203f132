"""Expressions of libcst as expressions of ``ast``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

import libcst as cst

from rescind.reading.newer.positions import Positions

OPERATORS: dict[str, type[ast.AST]] = {
    "Add": ast.Add, "Subtract": ast.Sub, "Multiply": ast.Mult, "MatrixMultiply": ast.MatMult, "Divide":
    ast.Div, "FloorDivide": ast.FloorDiv, "Modulo": ast.Mod, "Power": ast.Pow, "LeftShift": ast.LShift,
    "RightShift": ast.RShift, "BitAnd": ast.BitAnd, "BitOr": ast.BitOr, "BitXor": ast.BitXor,
    "And": ast.And, "Or": ast.Or,
    "Not": ast.Not, "Minus": ast.USub, "Plus": ast.UAdd, "BitInvert": ast.Invert,
    "Equal": ast.Eq, "LessThan": ast.Lt, "GreaterThan": ast.Gt, "LessThanEqual": ast.LtE,
    "GreaterThanEqual": ast.GtE, "In": ast.In, "Is": ast.Is,
}  # fmt: skip
CONSTANTS = {"True": True, "False": False, "None": None}


class Expressions:
    """Lowers expressions; `Statements` and `Patterns` are built on it."""

    def __init__(self, positions: Positions, module: cst.Module) -> None:
        self.at = positions
        self.module = module
        self.strings: Callable[[Any], ast.expr] = self.text

    def expression(self, node: Any, ctx: ast.expr_context | None = None) -> ast.expr:
        """One expression, with the context that it stands in."""
        made: ast.expr = getattr(self, f"x_{type(node).__name__}")(node, ctx or ast.Load())
        return made

    def maybe(self, node: Any) -> ast.expr | None:
        return None if node is None else self.expression(node)

    def operator(self, node: Any) -> Any:
        return OPERATORS[type(node).__name__.removesuffix("Assign")]()

    def many(self, elements: Iterable[Any], ctx: ast.expr_context | None = None) -> list[ast.expr]:
        return [self.element(each, ctx or ast.Load()) for each in elements]

    def element(self, node: Any, ctx: ast.expr_context) -> ast.expr:
        if isinstance(node, cst.StarredElement):
            return self.expression(node, ctx)
        return self.expression(node.value, ctx)

    # names and constants

    def x_Name(self, node: cst.Name, ctx: ast.expr_context) -> ast.expr:
        if node.value in CONSTANTS:
            return self.at.put(ast.Constant(CONSTANTS[node.value]), node)
        return self.at.put(ast.Name(node.value, ctx), node)

    def x_Integer(self, node: Any, _ctx: ast.expr_context) -> ast.expr:
        return self.at.put(ast.Constant(ast.literal_eval(node.value)), node)

    x_Float = x_Imaginary = x_Integer

    def x_Ellipsis(self, node: Any, _ctx: ast.expr_context) -> ast.expr:
        return self.at.put(ast.Constant(...), node)

    def text(self, node: Any) -> ast.expr:
        raise NotImplementedError  # Strings, which is built on this

    def x_SimpleString(self, node: Any, _ctx: ast.expr_context) -> ast.expr:
        return self.text(node)

    x_ConcatenatedString = x_FormattedString = x_TemplatedString = x_SimpleString

    # what is made of others

    def x_Attribute(self, node: cst.Attribute, ctx: ast.expr_context) -> ast.expr:
        return self.at.put(ast.Attribute(self.expression(node.value), node.attr.value, ctx), node)

    def x_Subscript(self, node: cst.Subscript, ctx: ast.expr_context) -> ast.expr:
        parts = [self.index(each.slice) for each in node.slice]
        only: ast.expr = parts[0]
        if len(parts) > 1 or isinstance(node.slice[-1].comma, cst.Comma) or isinstance(only, ast.Starred):
            comma = node.slice[-1].comma
            last = comma if isinstance(comma, cst.Comma) else node.slice[-1]
            only = self.at.put(ast.Tuple(parts, ast.Load()), node.slice[0], last)
        return self.at.put(ast.Subscript(self.expression(node.value), only, ctx), node)

    def index(self, node: Any) -> ast.expr:
        if isinstance(node, cst.Slice):
            made = ast.Slice(self.maybe(node.lower), self.maybe(node.upper), self.maybe(node.step))
            return self.at.put(made, node)
        value = self.expression(node.value)
        return self.at.put(ast.Starred(value, ast.Load()), node) if node.star else value

    def x_Call(self, node: cst.Call, _ctx: ast.expr_context) -> ast.expr:
        plain, named = self.arguments(node.args)
        if len(node.args) == 1 and isinstance(plain[0] if plain else None, ast.GeneratorExp):
            self.around(plain[0], node.args[0], self.at.end(node))
        return self.at.put(ast.Call(self.expression(node.func), plain, named), node)

    def around(self, made: ast.expr, argument: cst.Arg, end: tuple[int, int]) -> None:
        """A generator that is the only argument has the parentheses of the call."""
        if isinstance(argument.value, cst.GeneratorExp) and not argument.value.lpar:
            line, column = self.at.start(argument)
            while (before := self.at.lines[line - 1][:column].rfind("(")) < 0 and line > 1:
                line, column = line - 1, -1
            self.at.put_at(made, (line, max(before, 0)), end)

    def arguments(self, args: Iterable[cst.Arg]) -> tuple[list[ast.expr], list[ast.keyword]]:
        plain: list[ast.expr] = []
        named: list[ast.keyword] = []
        for each in args:
            value = self.expression(each.value)
            if each.star == "*":
                plain.append(self.at.put(ast.Starred(value, ast.Load()), each))
            elif each.star or each.keyword is not None:
                name = None if each.keyword is None else each.keyword.value
                named.append(self.at.put(ast.keyword(name, value), each))
            else:
                plain.append(value)
        return plain, named

    def x_BinaryOperation(self, node: Any, _ctx: ast.expr_context) -> ast.expr:
        made = ast.BinOp(
            self.expression(node.left), self.operator(node.operator), self.expression(node.right)
        )
        return self.at.put(made, node)

    def x_BooleanOperation(self, node: Any, _ctx: ast.expr_context) -> ast.expr:
        parts, kind, left = [node.right], type(node.operator), node.left
        while isinstance(left, cst.BooleanOperation) and type(left.operator) is kind and not left.lpar:
            parts.append(left.right)
            left = left.left
        values = [self.expression(each) for each in [left, *reversed(parts)]]
        return self.at.put(ast.BoolOp(self.operator(node.operator), values), node)

    def x_UnaryOperation(self, node: Any, _ctx: ast.expr_context) -> ast.expr:
        return self.at.put(ast.UnaryOp(self.operator(node.operator), self.expression(node.expression)), node)

    def x_Comparison(self, node: cst.Comparison, _ctx: ast.expr_context) -> ast.expr:
        signs = [self.comparing(each.operator) for each in node.comparisons]
        values = [self.expression(each.comparator) for each in node.comparisons]
        return self.at.put(ast.Compare(self.expression(node.left), signs, values), node)

    def comparing(self, node: Any) -> Any:
        name = type(node).__name__
        if name in {"NotIn", "IsNot", "NotEqual"}:
            return {"NotIn": ast.NotIn, "IsNot": ast.IsNot, "NotEqual": ast.NotEq}[name]()
        return OPERATORS[name]()

    def x_IfExp(self, node: cst.IfExp, _ctx: ast.expr_context) -> ast.expr:
        made = ast.IfExp(self.expression(node.test), self.expression(node.body), self.expression(node.orelse))
        return self.at.put(made, node)

    def x_NamedExpr(self, node: cst.NamedExpr, _ctx: ast.expr_context) -> ast.expr:
        target: Any = self.expression(node.target, ast.Store())
        return self.at.put(ast.NamedExpr(target, self.expression(node.value)), node)

    def x_Await(self, node: cst.Await, _ctx: ast.expr_context) -> ast.expr:
        return self.at.put(ast.Await(self.expression(node.expression)), node)

    def x_Yield(self, node: cst.Yield, _ctx: ast.expr_context) -> ast.expr:
        if isinstance(node.value, cst.From):
            return self.at.put(ast.YieldFrom(self.expression(node.value.item)), node)
        return self.at.put(ast.Yield(self.maybe(node.value)), node)

    def x_Lambda(self, node: cst.Lambda, _ctx: ast.expr_context) -> ast.expr:
        return self.at.put(ast.Lambda(self.parameters(node.params), self.expression(node.body)), node)

    # collections

    def x_Tuple(self, node: cst.Tuple, ctx: ast.expr_context) -> ast.expr:
        made = ast.Tuple(self.many(node.elements, ctx), ctx)
        return self.at.put(made, node.lpar[-1], node.rpar[0]) if node.lpar else self.at.put(made, node)

    def x_List(self, node: cst.List, ctx: ast.expr_context) -> ast.expr:
        return self.at.put(ast.List(self.many(node.elements, ctx), ctx), node)

    def x_Set(self, node: cst.Set, _ctx: ast.expr_context) -> ast.expr:
        return self.at.put(ast.Set(self.many(node.elements)), node)

    def x_Dict(self, node: cst.Dict, _ctx: ast.expr_context) -> ast.expr:
        keys = [
            self.expression(each.key) if isinstance(each, cst.DictElement) else None for each in node.elements
        ]
        return self.at.put(ast.Dict(keys, [self.expression(each.value) for each in node.elements]), node)

    def x_StarredElement(self, node: cst.StarredElement, ctx: ast.expr_context) -> ast.expr:
        return self.at.put(ast.Starred(self.expression(node.value, ctx), ctx), node)

    def x_GeneratorExp(self, node: cst.GeneratorExp, _ctx: ast.expr_context) -> ast.expr:
        made = ast.GeneratorExp(self.expression(node.elt), self.fors(node.for_in))
        return self.at.put(made, node.lpar[-1], node.rpar[0]) if node.lpar else self.at.put(made, node)

    def x_ListComp(self, node: cst.ListComp, _ctx: ast.expr_context) -> ast.expr:
        return self.at.put(ast.ListComp(self.expression(node.elt), self.fors(node.for_in)), node)

    def x_SetComp(self, node: cst.SetComp, _ctx: ast.expr_context) -> ast.expr:
        return self.at.put(ast.SetComp(self.expression(node.elt), self.fors(node.for_in)), node)

    def x_DictComp(self, node: cst.DictComp, _ctx: ast.expr_context) -> ast.expr:
        made = ast.DictComp(self.expression(node.key), self.expression(node.value), self.fors(node.for_in))
        return self.at.put(made, node)

    def fors(self, node: cst.CompFor | None) -> list[ast.comprehension]:
        made: list[ast.comprehension] = []
        while node is not None:
            target, ifs = (
                self.expression(node.target, ast.Store()),
                [self.expression(i.test) for i in node.ifs],
            )
            is_async = int(node.asynchronous is not None)
            made.append(ast.comprehension(target, self.expression(node.iter), ifs, is_async))
            node = node.inner_for_in
        return made

    # parameters

    def parameters(self, node: cst.Parameters) -> ast.arguments:
        star = node.star_arg if isinstance(node.star_arg, cst.Param) else None
        listed = [*node.posonly_params, *node.params]
        return ast.arguments(
            posonlyargs=[self.parameter(each) for each in node.posonly_params],
            args=[self.parameter(each) for each in node.params],
            vararg=None if star is None else self.parameter(star),
            kwonlyargs=[self.parameter(each) for each in node.kwonly_params],
            kw_defaults=[self.maybe(each.default) for each in node.kwonly_params],
            kwarg=None if node.star_kwarg is None else self.parameter(node.star_kwarg),
            defaults=[self.expression(each.default) for each in listed if each.default is not None],
        )

    def parameter(self, node: cst.Param) -> ast.arg:
        annotation = None if node.annotation is None else self.expression(node.annotation.annotation)
        end = node.name if node.annotation is None else node.annotation.annotation
        made = self.at.put(ast.arg(node.name.value, annotation), node.name, end)
        if annotation is not None:  # with the parentheses that the annotation may have
            made.end_lineno = max(made.end_lineno or 0, annotation.end_lineno or 0)
        return made
