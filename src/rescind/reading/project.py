"""A project: its files as modules, and what an expression in one of them means in another."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from rescind.reading.definitions import Call, Class, Function, Named
from rescind.reading.evaluate import Evaluator
from rescind.reading.files import LARGEST, discover, shown
from rescind.reading.layout import Layout
from rescind.reading.module import Module
from rescind.reading.resolve import Resolver
from rescind.reading.scopes import Scope
from rescind.reading.unread import Unread
from rescind.reading.values import Values


def read(
    *paths: Path | str,
    root: Path | str | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    largest: int = LARGEST,
) -> Project:
    """The project below the paths. Files are found now and parsed when they are asked for.

    Args:
        paths: files and folders; none: the root.
        root: where dotted names and shown names begin; the only folder that is given, else the working
            directory.
        include: patterns of which a file must match one, relative to the root.
        exclude: patterns of files and folders that are left out.
        largest: in bytes; larger files are named as unread.

    Raises:
        ReadingError: a path is not there.
    """
    given = [Path(path).absolute() for path in paths]
    if root is None:
        base = given[0] if len(given) == 1 and given[0].is_dir() else Path.cwd()
    else:
        base = Path(root).absolute()
    found = discover(given or [base], root=base, include=include, exclude=exclude, largest=largest)
    return Project(found.files, base, found.unread)


class Project:
    """Modules by name and file, and the meaning of expressions. Safe to keep: every answer is kept once made.

    Attributes:
        root: where shown names begin.
    """

    def __init__(self, files: Iterable[Path], root: Path, unread: Iterable[Unread] = ()) -> None:
        self.root = root
        self._unread = tuple(unread)
        self._layout = Layout(files, root)
        self._by_path = {
            path: Module(self, name, path, shown(path, root)) for name, path in self._layout.names.items()
        }
        self._made: dict[ast.AST, Function | Class] = {}
        self._resolver = Resolver(self)
        self._evaluator = Evaluator(self)

    @property
    def modules(self) -> list[Module]:
        """In the order of their files."""
        return list(self._by_path.values())

    @property
    def unread(self) -> list[Unread]:
        """Files and statements that could not be read. Parses every file."""
        return [*self._unread, *(each for module in self.modules for each in module.unread)]

    @property
    def unread_files(self) -> tuple[Unread, ...]:
        """Those that are no modules: too large, notebooks, no files. Parses nothing."""
        return self._unread

    @property
    def shape(self) -> tuple[tuple[str, str, str], ...]:
        """Of each module its name, its file and the folder it is imported from: with the texts, all that an
        answer about the project depends on."""
        return tuple(
            (each.name, each.file, str(self._layout.parent(each.path))) for each in self._by_path.values()
        )

    def module(self, name: str, near: Module | None = None) -> Module | None:
        """By dotted name, as ``near`` would import it."""
        path = self._layout.find(name, None if near is None else near.path)
        return None if path is None else self._by_path[path]

    def module_at(self, path: Path | str) -> Module | None:
        """By file; links are followed."""
        whole = Path(path).absolute()
        found = self._by_path.get(whole)
        return found or next((each for each in self.modules if each.path.resolve() == whole.resolve()), None)

    def find(self, name: str, near: Module | None = None) -> tuple[Named, ...]:
        """What a dotted name stands for, through re-exports; a name outside of the project stands for
        itself."""
        return self._resolver.find(name, near)

    def through_stars(self, module: Module, name: str) -> tuple[Named, ...]:
        """What ``from other import *`` in that module brings under a name."""
        return self._resolver.through_stars(module, name)

    def function(self, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
        """The function of a node; the same one every time."""
        made = self._made.get(node)
        if not isinstance(made, Function):
            made = self._made[node] = Function(module, node)
        return made

    def klass(self, module: Module, node: ast.ClassDef) -> Class:
        """The class of a node; the same one every time."""
        made = self._made.get(node)
        if not isinstance(made, Class):
            made = self._made[node] = Class(module, node)
        return made

    def resolve(self, node: ast.expr, scope: Scope) -> tuple[Named, ...]:
        """What an expression that stands in that scope refers to; several where branches differ; nothing:
        unknown."""
        return self._resolver.resolve(node, scope)

    def name_of(self, node: ast.expr, scope: Scope) -> str:
        """The name in full of what an expression refers to; empty if that is not known."""
        found = self._resolver.resolve(node, scope)
        return found[0].name if found else ""

    def types_of(self, node: ast.expr, scope: Scope) -> tuple[Named, ...]:
        """The classes that an expression may be an instance of; nothing: unknown."""
        return self._resolver.types_of(node, scope)

    def callee(self, node: ast.Call, scope: Scope) -> tuple[Named, ...]:
        """What a call calls, through aliases and ``functools.partial``."""
        return self._resolver.callee(node, scope)

    def member_of_class(self, cls: Class, name: str) -> Named | None:
        """An attribute that this very class has, on itself or on its instances."""
        return self._resolver.own_member(cls, name)

    def values_of(self, node: ast.expr, scope: Scope) -> Values:
        """The values that an expression may have, as far as they stand in the source."""
        return self._evaluator.values(node, scope)

    @cached_property
    def _callers(self) -> dict[str, list[tuple[Function | None, Call]]]:
        found: dict[str, list[tuple[Function | None, Call]]] = defaultdict(list)
        for module in self.modules:
            for function in module.functions:
                for call in function.calls:
                    for named in call.named:
                        found[named.name].append((function, call))
        return found

    def callers(self, name: str) -> list[tuple[Function | None, Call]]:
        """The calls of what has this name in full, with the function they stand in. Reads the whole
        project."""
        return list(self._callers.get(name, ()))
