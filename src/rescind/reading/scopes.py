"""Names and where they are bound: module, class, function, lambda and comprehension, each read when it is
asked for."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from rescind.reading.nodes import FunctionNode, TypeAlias, children, walk, walk_inside

if TYPE_CHECKING:
    from rescind.reading.module import Module

Kind = Literal[
    "import", "star", "assign", "augmented", "unpacked", "for", "with", "except", "match", "delete",
    "function", "class", "parameter", "declared",
]  # fmt: skip
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.Match, ast.ExceptHandler)
DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
STATEMENTS = (ast.stmt, ast.excepthandler)
BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")


@dataclass(slots=True, eq=False, frozen=True)
class Binding:
    """One place where a name gets a value.

    Attributes:
        kind: how. ``declared`` is an annotation without a value.
        node: the statement, parameter or expression that binds it.
        value: what is assigned; of ``with`` the manager, of ``for`` the iterable, of ``unpacked`` the whole
            right side, of a parameter its default, of ``augmented`` what is added.
        annotation: as written.
        target: of an import the dotted name that it stands for, in full.
        branch: the innermost ``if``, loop, ``try`` or ``match`` around it in its scope: it may not happen.
    """

    name: str
    kind: Kind
    node: ast.AST
    scope: Scope
    value: ast.expr | None = None
    annotation: ast.expr | None = None
    target: str = ""
    branch: ast.AST | None = None

    @property
    def line(self) -> int:
        return getattr(self.node, "lineno", 1)


@dataclass(eq=False)
class Scope:
    """Where names live. Scopes are compared by identity; there is one for each node that opens one.

    Attributes:
        node: ``ast.Module``, ``ast.ClassDef``, a function, a lambda or a comprehension.
        parent: the scope around it; None for a module.
    """

    module: Module
    node: ast.AST
    parent: Scope | None = None
    shared: set[str] = field(default_factory=set, repr=False)

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @cached_property
    def qualname(self) -> str:
        """Dotted, from the module on: ``shop.views.Cart.add``."""
        name = getattr(self.node, "name", None)
        if self.parent is None or name is None:
            return self.module.name if self.parent is None else self.parent.qualname
        return f"{self.parent.qualname}.{name}"

    @cached_property
    def bindings(self) -> dict[str, list[Binding]]:
        """By name, in the order of the source."""
        found: dict[str, list[Binding]] = defaultdict(list)
        for binding in _Reader(self).read():
            found[binding.name].append(binding)
        if self.parent is None and "global " in self.module.text:
            for binding in declared_global(self):
                found[binding.name].append(binding)
        return dict(found)

    @cached_property
    def asked(self) -> dict[str, set[str]]:
        """The attributes that are asked of a name, anywhere below: ``{"token": {"value"}}`` for
        ``token.value``."""
        found: dict[str, set[str]] = defaultdict(set)
        for node in walk(self.node):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found[node.value.id].add(node.attr)
        return dict(found)

    def lookup(self, name: str) -> tuple[Binding, ...]:
        """What a name used in this scope may stand for, in the order of the source; nothing: a builtin, or
        unbound."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.bindings.get(name)
            if found and name not in scope.shared and (scope is self or not scope.is_class):
                return tuple(found)
            scope = scope.parent
        return ()

    def in_force(self, name: str, line: int | None = None) -> tuple[Binding, ...]:
        """`lookup`, less what was certainly overwritten before ``line`` (None: when the scope has run)."""
        found = self.lookup(name)
        if len(found) < 2:
            return found
        if line is not None and found and found[0].scope is self and self.parent is not None:
            found = tuple(each for each in found if each.line <= line and each.node is not None) or found[:1]
        last = max(
            (at for at, each in enumerate(found) if each.branch is None and each.kind != "augmented"),
            default=0,
        )
        return tuple(each for each in found[last:] if each.kind != "delete" or len(found) == 1)


def declared_global(scope: Scope) -> Iterator[Binding]:
    """What functions bind in the module with ``global``."""
    module = scope.module
    for node in walk(scope.node):
        if isinstance(node, FunctionNode):
            names = {
                name for each in walk_inside(node) if isinstance(each, ast.Global) for name in each.names
            }
            if names:
                inner = module.scope_for(node)
                for name in sorted(names):
                    for each in inner.bindings.get(name, ()):
                        yield Binding(
                            name, each.kind, each.node, inner, each.value, each.annotation, each.target, node
                        )


class _Reader:
    """Goes through the statements of one scope, without those of scopes inside of it."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.branch: ast.AST | None = None
        self.walrus = scope.module.has_walrus
        self.found: list[Binding] = []

    def read(self) -> list[Binding]:
        node = self.scope.node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            self.parameters(node.args)
        if isinstance(node, COMPREHENSIONS):
            for each in node.generators:
                self.bind(each.target, "for", each.iter, each.target)
        elif isinstance(node, ast.Lambda):
            self.expressions(node.body)
        else:
            self.statements(node.body)  # type: ignore[attr-defined]
        return self.found

    def add(
        self, name: str, kind: Kind, node: ast.AST, value: ast.expr | None = None, **more: object
    ) -> None:
        self.found.append(Binding(name, kind, node, self.scope, value, branch=self.branch, **more))  # type: ignore[arg-type]

    def parameters(self, args: ast.arguments) -> None:
        plain = [*args.posonlyargs, *args.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults))
        pairs = [
            *zip(plain, [*defaults, *args.defaults], strict=True),
            *zip(args.kwonlyargs, args.kw_defaults, strict=True),
        ]
        pairs += [(each, None) for each in (args.vararg, args.kwarg) if each is not None]
        for arg, default in pairs:
            self.add(arg.arg, "parameter", arg, default, annotation=arg.annotation)

    def statements(self, body: list[ast.stmt]) -> None:
        waiting: list[tuple[ast.AST, ast.AST | None]] = [(each, None) for each in reversed(body)]
        while waiting:
            node, self.branch = waiting.pop()
            self.statement(node)
            if isinstance(node, DEFINES):
                continue
            branch = node if isinstance(node, BRANCHES) else self.branch
            for name in reversed(BLOCKS):
                below = getattr(node, name, None)
                if isinstance(below, list):
                    waiting += [(each, branch) for each in reversed(below)]

    def statement(self, node: ast.AST) -> None:
        handler = getattr(self, f"_{type(node).__name__}", None)
        if handler is not None:
            handler(node)
        if self.walrus and not isinstance(node, DEFINES):
            self.expressions(node)

    def expressions(self, node: ast.AST) -> None:
        """Names bound by ``:=``; statements below are looked at in their turn."""
        waiting = [each for each in children(node) if not isinstance(each, STATEMENTS)]
        while waiting:
            each = waiting.pop()
            if isinstance(each, ast.NamedExpr):
                self.add(each.target.id, "assign", each, each.value)
            if not isinstance(each, ast.Lambda):
                waiting += [one for one in children(each) if not isinstance(one, STATEMENTS)]

    def bind(self, target: ast.AST, kind: Kind, value: ast.expr | None, node: ast.AST) -> None:
        """The names in a target; ``a, b = 1, 2`` binds each to its own value."""
        waiting = [(target, kind, value)]
        while waiting:
            each, how, given = waiting.pop()
            if isinstance(each, ast.Name):
                self.add(each.id, how, node, given)
            elif isinstance(each, ast.Starred):
                waiting.append((each.value, "unpacked" if how == "assign" else how, given))
            elif isinstance(each, ast.Tuple | ast.List):
                waiting += reversed(paired(each, how, given))

    def _Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self.bind(target, "assign", node.value, node)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        if isinstance(node.target, ast.Name):
            kind: Kind = "declared" if node.value is None else "assign"
            self.add(node.target.id, kind, node, node.value, annotation=node.annotation)

    def _AugAssign(self, node: ast.AugAssign) -> None:
        self.bind(node.target, "augmented", node.value, node)

    def _TypeAlias(self, node: TypeAlias) -> None:
        self.add(node.name.id, "assign", node, node.value)

    def _Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.bind(target, "delete", None, node)

    def _For(self, node: ast.For | ast.AsyncFor) -> None:
        self.bind(node.target, "for", node.iter, node)

    _AsyncFor = _For

    def _With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self.bind(item.optional_vars, "with", item.context_expr, node)

    _AsyncWith = _With

    def _ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.add(node.name, "except", node, node.type)

    def _match_case(self, node: ast.match_case) -> None:
        for each in walk(node.pattern):
            name = (
                getattr(each, "rest", None)
                if isinstance(each, ast.MatchMapping)
                else getattr(each, "name", None)
            )
            if name and isinstance(each, ast.MatchAs | ast.MatchStar | ast.MatchMapping):
                self.add(name, "match", each)

    def _Import(self, node: ast.Import) -> None:
        for each in node.names:
            full = each.name if each.asname else each.name.split(".")[0]
            self.add(each.asname or full, "import", node, target=full)

    def _ImportFrom(self, node: ast.ImportFrom) -> None:
        base = self.scope.module.absolute(node)
        for each in node.names:
            if each.name == "*":
                self.add("*", "star", node, target=base)
            else:
                self.add(
                    each.asname or each.name,
                    "import",
                    node,
                    target=f"{base}.{each.name}" if base else each.name,
                )

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.add(node.name, "function", node)

    _AsyncFunctionDef = _FunctionDef

    def _ClassDef(self, node: ast.ClassDef) -> None:
        self.add(node.name, "class", node)

    def _Global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.scope.shared.update(node.names)

    _Nonlocal = _Global


def paired(
    target: ast.Tuple | ast.List, kind: Kind, value: ast.expr | None
) -> list[tuple[ast.AST, Kind, ast.expr | None]]:
    """Each target with its own value where the right side shows it, else with the whole."""
    given = value.elts if isinstance(value, ast.Tuple | ast.List) else []
    plain = not any(isinstance(each, ast.Starred) for each in (*target.elts, *given))
    if kind == "assign" and plain and len(given) == len(target.elts):
        return [(each, kind, own) for each, own in zip(target.elts, given, strict=True)]
    how: Kind = "unpacked" if kind == "assign" else kind
    return [(each, how, value) for each in target.elts]
