"""Nodes of the syntax tree that the running Python has no class for, and walking that bears any depth."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:

    class TypeAlias(ast.stmt):
        """``type name = value`` (Python 3.12). Its parameters are left out on a Python that has none."""

        name: ast.Name
        value: ast.expr

        def __init__(self, **fields: Any) -> None: ...

    class TemplateStr(ast.expr):
        """``t"..."`` (Python 3.14): constants and `Interpolation`. No text: nothing was put together yet."""

        values: list[ast.expr]

        def __init__(self, **fields: Any) -> None: ...

    class Interpolation(ast.expr):
        """``{value}`` of a template string, as ``ast.FormattedValue`` is of an f-string."""

        value: ast.expr
        str: str
        conversion: int
        format_spec: ast.expr | None

        def __init__(self, **fields: Any) -> None: ...

else:

    def _own(name: str, base: type[ast.AST], fields: tuple[str, ...]) -> type[ast.AST]:
        if hasattr(ast, name):
            return getattr(ast, name)
        body: dict[str, Any] = {"_fields": fields, "__module__": __name__}
        return type(name, (base,), body)

    TypeAlias = _own("TypeAlias", ast.stmt, ("name", "type_params", "value"))
    TemplateStr = _own("TemplateStr", ast.expr, ("values",))
    Interpolation = _own("Interpolation", ast.expr, ("value", "str", "conversion", "format_spec"))

Kind = TypeVar("Kind", bound=ast.AST)
Other = TypeVar("Other", bound=ast.AST)
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
SMALL = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
# Fields that never hold a node: looking into them is most of what a walk would cost.
PLAIN: frozenset[str] = frozenset(
    [
        "ctx",
        "op",
        "ops",
        "id",
        "attr",
        "arg",
        "n",
        "s",
        "kind",
        "type_comment",
        "lineno",
        "level",
        "module",
        "name",
        "asname",
        "conversion",
        "rest",
        "str",
        "simple",
        "is_async",
        "kwd_attrs",
    ]
)


_HOLDING: dict[type[ast.AST], tuple[str, ...]] = {}


def holding(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of that class of nodes that can hold nodes, in the order of the source."""
    found = _HOLDING.get(kind)
    if found is None:
        found = _HOLDING[kind] = _holding(kind)
    return found


def _holding(kind: type[ast.AST]) -> tuple[str, ...]:
    if issubclass(kind, (ast.Constant, ast.MatchSingleton, ast.Global, ast.Nonlocal, *SMALL)):
        return ()
    keep = {"name"} if kind.__name__ == "TypeAlias" else ()
    return tuple(field for field in kind._fields if field not in PLAIN or field in keep)


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below, less contexts and operators."""
    found: list[ast.AST] = []
    kind = type(node)
    for field in _HOLDING.get(kind) or holding(kind):
        value = getattr(node, field, None)
        if type(value) is list:
            found += value if None not in value else [each for each in value if each is not None]
        elif value is not None:
            found.append(value)
    return found


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, parents first, in the order of the source; any depth."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += reversed(children(each))


class Walked(ABC):
    """A part of a program whose nodes are gone through many times, for one class of them or another."""

    @property
    @abstractmethod
    def nodes(self) -> tuple[ast.AST, ...]:
        """In the order of the source."""

    @cached_property
    def _of_kinds(self) -> dict[tuple[type[ast.AST], ...], tuple[ast.AST, ...]]:
        return {}

    @overload
    def nodes_of(self, kind: type[Kind], /) -> tuple[Kind, ...]: ...
    @overload
    def nodes_of(self, kind: type[Kind], other: type[Other], /) -> tuple[Kind | Other, ...]: ...
    @overload
    def nodes_of(self, *kinds: type[ast.AST]) -> tuple[ast.AST, ...]: ...
    def nodes_of(self, *kinds: type[ast.AST]) -> tuple[ast.AST, ...]:
        """Those of exactly these classes, in the order of the source."""
        found = self._of_kinds.get(kinds)
        if found is None:
            found = self._of_kinds[kinds] = tuple(node for node in self.nodes if type(node) in kinds)
        return found


OPENS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def walk_inside(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the node runs: all below it, but nothing of the functions and classes inside of it.

    Those are given themselves; their decorators, defaults and bases are looked into, their bodies are not.
    """
    body: Any = node.body if isinstance(node, (*OPENS, ast.Module)) else children(node)
    waiting: list[ast.AST] = list(reversed(body)) if isinstance(body, list) else [body]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += reversed(outer_parts(each) if isinstance(each, OPENS) else children(each))


def outer_parts(node: ast.AST) -> list[ast.AST]:
    """What of a function, class or lambda is evaluated where it stands: decorators, defaults, bases,
    annotations."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords]
    if isinstance(node, ast.Lambda):
        return [*node.args.defaults, *filter(None, node.args.kw_defaults)]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        args = node.args
        every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
        annotations = [each.annotation for each in every if each is not None and each.annotation is not None]
        defaults = [*args.defaults, *filter(None, args.kw_defaults)]
        return [*node.decorator_list, *annotations, *defaults, *([node.returns] if node.returns else [])]
    return []


def unparsed(node: ast.AST) -> str:
    """As ``ast.unparse``; names and their attributes, which most expressions are, without its detours."""
    first, parts = node, []
    while isinstance(first, ast.Attribute):
        parts.append(first.attr)
        first = first.value
    return ".".join([first.id, *reversed(parts)]) if isinstance(first, ast.Name) else ast.unparse(node)


def last_name(node: ast.AST) -> str:
    """The last part of a name as it is written: ``loads`` of ``pickle.loads``; empty: it is no name."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
