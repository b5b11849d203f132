"""Where a node of libcst stands, in the numbers of ``ast``: lines from 1, columns in bytes of UTF-8 from
0."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, TypeVar

import libcst as cst
from libcst.metadata import CodeRange

from rescind.reading.pieces import source_lines

N = TypeVar("N", bound=ast.AST)


class Positions:
    """Puts nodes where they stand in the source."""

    def __init__(self, ranges: Mapping[cst.CSTNode, CodeRange], text: str, first_line: int) -> None:
        self.ranges = ranges
        self.lines = source_lines(text)
        self.wide = not text.isascii()
        self.add = first_line - 1

    def put(self, made: N, start: cst.CSTNode, end: cst.CSTNode | None = None) -> N:
        """Give a node the place from where ``start`` begins to where ``end`` (the same by default) ends."""
        begins, ends = self.ranges[start].start, self.ranges[end or start].end
        return self.put_at(made, (begins.line, begins.column), (ends.line, ends.column))

    def put_at(self, made: N, begins: tuple[int, int], ends: tuple[int, int]) -> N:
        """Give a node the place between two (line, column in characters)."""
        node: Any = made
        node.lineno, node.col_offset = begins[0] + self.add, self.bytes_before(*begins)
        node.end_lineno, node.end_col_offset = ends[0] + self.add, self.bytes_before(*ends)
        return made

    def start(self, node: cst.CSTNode) -> tuple[int, int]:
        found = self.ranges[node].start
        return found.line, found.column

    def end(self, node: cst.CSTNode) -> tuple[int, int]:
        found = self.ranges[node].end
        return found.line, found.column

    def bytes_before(self, line: int, column: int) -> int:
        if not self.wide or line > len(self.lines):
            return column
        return len(self.lines[line - 1][:column].encode("utf-8", "surrogatepass"))
