"""Strings of libcst: plain, joined, with places for values, and templates."""

from __future__ import annotations

import ast
import warnings
from typing import Any

import libcst as cst

from rescind.reading.newer.expressions import Expressions
from rescind.reading.nodes import Interpolation, TemplateStr


class Strings(Expressions):
    """Adds strings to expressions."""

    def text(self, node: Any) -> ast.expr:
        parts = self.flat(node)
        values: list[ast.expr] = []
        for each in parts:
            values += self.pieces(each)
        if any(isinstance(each, cst.TemplatedString) for each in parts):
            return self.at.put(TemplateStr(values=self.merged(values)), node)
        if any(isinstance(each, cst.FormattedString) for each in parts):
            return self.at.put(ast.JoinedStr(self.merged(values)), node)
        return self.at.put(self.constant([each for each in values if isinstance(each, ast.Constant)]), node)

    def flat(self, node: Any) -> list[Any]:
        """The strings that stand beside each other."""
        found = []
        while isinstance(node, cst.ConcatenatedString):
            found.append(node.left)
            node = node.right
        return [*found, node]

    def constant(self, parts: list[ast.Constant]) -> ast.Constant:
        whole: Any = parts[0].value
        for each in parts[1:]:
            whole += each.value
        made = ast.Constant(whole)
        made.kind = getattr(parts[0], "kind", None)
        return made

    def merged(self, values: list[ast.expr]) -> list[ast.expr]:
        """Neighbouring constants are one, and empty ones none, as in ``ast``."""
        made: list[ast.expr] = []
        for each in values:
            last = made[-1] if made else None
            if isinstance(each, ast.Constant) and isinstance(last, ast.Constant):
                joined = ast.Constant(str(last.value) + str(each.value))
                joined.lineno, joined.col_offset = last.lineno, last.col_offset
                joined.end_lineno, joined.end_col_offset = each.end_lineno, each.end_col_offset
                made[-1] = joined
            elif not (isinstance(each, ast.Constant) and each.value == ""):
                made.append(each)
        return made

    def pieces(self, node: Any) -> list[ast.expr]:
        if isinstance(node, cst.SimpleString):
            made = self.at.put(ast.Constant(evaluated(node.value)), node)
            made.kind = "u" if node.value[0] in "uU" else None
            return [made]
        prefix = node.start.rstrip("'\"")
        quote = node.start[len(prefix) :]
        plain = "".join(c for c in prefix if c not in "fFtT")
        return self.inside(node.parts, plain, quote, template=isinstance(node, cst.TemplatedString))

    def inside(self, parts: Any, prefix: str, quote: str, *, template: bool) -> list[ast.expr]:
        made: list[ast.expr] = []
        for each in parts:
            if isinstance(each, cst.FormattedStringText | cst.TemplatedStringText):
                made.append(self.at.put(ast.Constant(unescaped(each.value, prefix, quote)), each))
                continue
            expression = self.expression(each.expression)
            source = self.module.code_for_node(each.expression)
            equal, spec = each.equal, each.format_spec
            if equal is not None:
                shown = f"{source}{self.module.code_for_node(equal)}"
                made.append(self.at.put(ast.Constant(shown), each))
            given = each.conversion or ("r" if equal is not None and spec is None else "")
            conversion = ord(given) if given else -1
            below = None
            if spec is not None:
                values = self.merged(self.inside(spec, prefix, quote, template=False))
                below = self.at.put(ast.JoinedStr(values), each)
            if template:
                made.append(
                    self.at.put(
                        Interpolation(value=expression, str=source, conversion=conversion, format_spec=below),
                        each,
                    )
                )
            else:
                made.append(self.at.put(ast.FormattedValue(expression, conversion, below), each))
        return made


def evaluated(token: str) -> Any:
    """The value of a plain string or bytes literal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d": whoever wrote it hears that from their own Python
        return ast.literal_eval(token)


def unescaped(text: str, prefix: str, quote: str) -> str:
    """The text between the places of an f-string."""
    text = text.replace("{{", "{").replace("}}", "}")
    if "r" in prefix.lower() or "\\" not in text:
        return text
    for marks in (quote, '"""', "'''"):
        try:
            return str(evaluated(f"{prefix}{marks}{text}{marks}"))
        except (SyntaxError, ValueError):
            continue
    return text
