"""One file as a module: text, tree, scopes, and what of it was not read. Everything is made when it is asked
for."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rescind.reading.nodes import OPENS, FunctionNode, Walked, children
from rescind.reading.parse import parse
from rescind.reading.scopes import BLOCKS, COMPREHENSIONS, Scope
from rescind.reading.text import NotText, decode
from rescind.reading.unread import Unread

if TYPE_CHECKING:
    from rescind.reading.definitions import Class, Function
    from rescind.reading.project import Project


class Place(NamedTuple):
    """Where something stands: the file as shown, lines from 1, columns in characters from 1."""

    file: str
    line: int
    column: int = 1
    end_line: int = 0


class Module(Walked):
    """A file of the project.

    Attributes:
        name: dotted, as it is imported.
        path: of the file.
        file: the name that people see.
    """

    def __init__(self, project: Project, name: str, path: Path, file: str) -> None:
        self.project = project
        self.name = name
        self.path = path
        self.file = file
        self._scopes: dict[ast.AST, Scope] = {}
        self._around: dict[ast.AST, Scope] = {}  # of nodes that were asked for

    def __repr__(self) -> str:
        return f"Module({self.name!r})"

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @cached_property
    def _text(self) -> tuple[str, tuple[Unread, ...], str]:
        digest = ""
        try:
            data = self.path.read_bytes()
            digest = sha256(data).hexdigest()
            return decode(data), (), digest
        except NotText as error:
            return "", (Unread(self.file, error.why, error.line),), digest
        except OSError as error:
            return "", (Unread(self.file, error.strerror or "cannot be opened"),), digest

    @property
    def text(self) -> str:
        """The source; empty where it could not be decoded."""
        return self._text[0]

    @property
    def digest(self) -> str:
        """SHA-256 of the very bytes that `text` was made of, in hex; empty: they could not be had."""
        return self._text[2]

    @cached_property
    def lines(self) -> list[str]:
        """Of the source, without their ends."""
        return self.text.split("\n")

    @cached_property
    def _parsed(self) -> tuple[ast.Module, tuple[Unread, ...]]:
        return parse(self.text, self.file)

    @property
    def tree(self) -> ast.Module:
        """The syntax; without what could not be read."""
        return self._parsed[0]

    @property
    def is_parsed(self) -> bool:
        """Whether anybody has asked for its tree yet."""
        return "_parsed" in self.__dict__

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What of the file could not be read."""
        return (*self._text[1], *self._parsed[1])

    @cached_property
    def scope(self) -> Scope:
        """The names of the module."""
        return self.scope_for(self.tree)

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All of the file, in the order of the source."""
        return self._walked[0]

    @property
    def _parents(self) -> dict[ast.AST, ast.AST]:
        return self._walked[1]

    @cached_property
    def _walked(self) -> tuple[tuple[ast.AST, ...], dict[ast.AST, ast.AST]]:
        """The nodes, and what is right above each: one way through the file for both."""
        nodes: list[ast.AST] = []
        parents: dict[ast.AST, ast.AST] = {}
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            nodes.append(node)
            below = children(node)
            parents.update(dict.fromkeys(below, node))
            waiting += reversed(below)
        return tuple(nodes), parents

    def parent_of(self, node: ast.AST) -> ast.AST | None:
        """The node right above; None for the module, and for a node that is not of this file."""
        return self._parents.get(node)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes above, innermost first."""
        above = self._parents.get(node)
        while above is not None:
            yield above
            above = self._parents.get(above)

    def statement_of(self, node: ast.AST) -> ast.stmt | None:
        """The statement that a node stands in, or is."""
        return next((each for each in (node, *self.above(node)) if isinstance(each, ast.stmt)), None)

    def scope_for(self, node: ast.AST) -> Scope:
        """The scope that a module, class, function, lambda or comprehension opens."""
        found = self._scopes.get(node)
        if found is None:
            parent = None if node is self.tree else self.scope_of(node)
            found = self._scopes[node] = Scope(self, node, parent)
        return found

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope in which a node is evaluated: for a default or a decorator the one around its
        function."""
        found = self._around.get(node)
        if found is None:
            found = self._around[node] = self._scope_around(node)
        return found

    def _scope_around(self, node: ast.AST) -> Scope:
        below = node
        for above in self.above(node):
            if isinstance(above, OPENS) and in_body(above, below):
                return self.scope_for(above)
            if isinstance(above, COMPREHENSIONS) and below is not above.generators[0]:
                return self.scope_for(above)
            if isinstance(above, ast.comprehension) and below is not above.iter:
                return self.scope_for(self._parents[above])
            below = above
        return self.scope_for(self.tree)

    def function_of(self, node: ast.AST) -> Function | None:
        """The function in whose body a node stands."""
        scope: Scope | None = self.scope_of(node)
        while scope is not None:
            if isinstance(scope.node, FunctionNode):
                return self.project.function(self, scope.node)
            scope = scope.parent
        return None

    @cached_property
    def has_walrus(self) -> bool:
        """Whether ``:=`` stands anywhere in its text."""
        return ":=" in self.text

    def function_at(self, line: int, name: str = "") -> Function | None:
        """The innermost function (called ``name``, if given) whose lines, with its decorators, hold that
        line."""
        lines = self._lines_of_functions
        for at in range(bisect_right(lines, line, key=lambda each: each[0]) - 1, -1, -1):
            _, last, node = lines[at]
            if line <= last and name in {"", node.name}:
                return self.project.function(self, node)
        return None

    @cached_property
    def _lines_of_functions(self) -> list[tuple[int, int, ast.FunctionDef | ast.AsyncFunctionDef]]:
        """First and last line of each function, by the first."""
        found = [each for each in self.functions_and_classes if isinstance(each, FunctionNode)]
        return sorted(
            ((first_line(each), each.end_lineno or 0, each) for each in found), key=lambda each: each[0]
        )

    @cached_property
    def functions_and_classes(self) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, ...]:
        """All of the file, whatever they stand in, in the order of the source."""
        found = []
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.append(node)
            for name in reversed(BLOCKS):
                waiting += reversed(getattr(node, name, ()))
        return tuple(found)

    @cached_property
    def functions(self) -> list[Function]:
        """All functions and methods of the file, in the order of the source."""
        nodes = self.functions_and_classes
        return [self.project.function(self, node) for node in nodes if isinstance(node, FunctionNode)]

    @cached_property
    def classes(self) -> list[Class]:
        """All classes of the file, in the order of the source."""
        return [
            self.project.klass(self, node)
            for node in self.functions_and_classes
            if isinstance(node, ast.ClassDef)
        ]

    def absolute(self, node: ast.ImportFrom) -> str:
        """The dotted name of the module that ``from ... import`` names; relative ones in full."""
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        parts = parts[: len(parts) - node.level + self.is_package]
        return ".".join([*parts, node.module] if node.module else parts)

    def place(self, node: ast.AST) -> Place:
        """Where a node of this file stands."""
        line = getattr(node, "lineno", 1)
        column = getattr(node, "col_offset", 0)
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if not text.isascii():
            column = len(text.encode()[:column].decode("utf-8", "ignore"))
        return Place(self.file, line, column + 1, getattr(node, "end_lineno", None) or line)

    def source_of(self, node: ast.AST) -> str:
        """The text of a node, as written; `ast.get_source_segment`, which splits the file anew for each."""
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", None) or 0
        if not 0 < first <= last <= len(self._lines):
            return ""
        begin, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0) or 0
        if first == last:
            return self._lines[first - 1][begin:end].decode("utf-8", "replace")
        between = self._lines[first : last - 1]
        return b"".join([self._lines[first - 1][begin:], *between, self._lines[last - 1][:end]]).decode(
            "utf-8", "replace"
        )

    @cached_property
    def _lines(self) -> list[bytes]:
        """As the parser counts them: columns are those of UTF-8."""
        return self.text.encode().splitlines(keepends=True)


def in_body(scope: ast.AST, below: ast.AST) -> bool:
    if isinstance(scope, ast.Lambda):
        return below is scope.body
    return isinstance(below, ast.stmt) and below not in getattr(scope, "decorator_list", ())


def first_line(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    """The line of the first decorator, or of ``def``."""
    return min([each.lineno for each in node.decorator_list] + [node.lineno])
