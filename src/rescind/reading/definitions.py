"""What a name can stand for: a module, a class, a function, a variable, or something outside of the
project."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from rescind.reading.module import Module, Place
from rescind.reading.nodes import FunctionNode, Walked, walk_inside
from rescind.reading.scopes import Binding, Scope, paired


class Named(NamedTuple):
    """What an expression refers to.

    Attributes:
        name: in full, through imports and aliases: ``jwt.decode``, ``shop.auth.current_user``. A method of an
            instance has the name of its class: ``fastapi.FastAPI.get``. ``f()`` is what a function outside of
            the project gives: ``django.db.connection.cursor().execute``.
        definition: where it is of the project; None outside.
    """

    name: str
    definition: Definition | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """A name that values are assigned to: of a module, a class, an instance or a function.

    Attributes:
        bindings: the places where it may have got its value, in the order of the source.
    """

    qualname: str
    bindings: tuple[Binding, ...]

    @property
    def module(self) -> Module:
        return self.bindings[-1].scope.module

    @property
    def values(self) -> list[ast.expr]:
        """What is assigned, as written."""
        return [each.value for each in self.bindings if each.value is not None]


class Applied(NamedTuple):
    """A decorator as it stands above a function or class.

    Attributes:
        node: what follows ``@``.
        call: if it is called there, the call.
        named: what it refers to, the call left out.
    """

    node: ast.expr
    call: ast.Call | None
    named: tuple[Named, ...]

    @property
    def name(self) -> str:
        """In full; empty if that is not known."""
        return self.named[0].name if self.named else ""


class _Made:
    """What a class and a function have in common."""

    def __init__(self, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.module = module
        self.scope = module.scope_for(node)
        self.name: str = node.name
        self._node = node

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.qualname!r})"

    @property
    def qualname(self) -> str:
        """Dotted, from the module on."""
        return self.scope.qualname

    @property
    def outer(self) -> Scope:
        """The scope in which it is defined."""
        return self.scope.parent or self.scope

    @property
    def place(self) -> Place:
        return self.module.place(self._node)

    @cached_property
    def decorators(self) -> tuple[Applied, ...]:
        """From the top down: the last one is applied first."""
        made = []
        for node in self._node.decorator_list:
            call = node if isinstance(node, ast.Call) else None
            made.append(
                Applied(node, call, self.module.project.resolve(call.func if call else node, self.outer))
            )
        return tuple(made)

    def decorated_with(self, *names: str) -> Applied | None:
        """The first decorator of one of these names in full."""
        return next((each for each in self.decorators for named in each.named if named.name in names), None)


class Parameter(NamedTuple):
    """A parameter of a function. ``kind`` is one of ``plain``, ``only`` (by name), ``star``, ``stars``."""

    name: str
    kind: str
    annotation: ast.expr | None
    default: ast.expr | None
    node: ast.arg


class Function(_Made, Walked):
    """A function or method of the project."""

    node: ast.FunctionDef | ast.AsyncFunctionDef

    def __init__(self, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        super().__init__(module, node)
        self.node = node

    @property
    def is_async(self) -> bool:
        return isinstance(self.node, ast.AsyncFunctionDef)

    @cached_property
    def cls(self) -> Class | None:
        """The class that it is a method of."""
        node = self.outer.node
        return self.module.project.klass(self.module, node) if isinstance(node, ast.ClassDef) else None

    @property
    def is_static(self) -> bool:
        return self.decorated_with("staticmethod") is not None

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        args = self.node.args
        plain = [*args.posonlyargs, *args.args]
        missing: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults))
        made = [
            Parameter(each.arg, "plain", each.annotation, default, each)
            for each, default in zip(plain, [*missing, *args.defaults], strict=True)
        ]
        if args.vararg:
            made.append(Parameter(args.vararg.arg, "star", args.vararg.annotation, None, args.vararg))
        made += [
            Parameter(each.arg, "only", each.annotation, default, each)
            for each, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        ]
        if args.kwarg:
            made.append(Parameter(args.kwarg.arg, "stars", args.kwarg.annotation, None, args.kwarg))
        return tuple(made)

    def walk(self) -> Iterator[ast.AST]:
        """What runs when it is called: the nodes of its body, without the bodies of functions inside of
        it."""
        return iter(self.nodes)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Those of `walk`."""
        return tuple(walk_inside(self.node))

    @cached_property
    def inner(self) -> tuple[Function, ...]:
        """The functions that are defined in its body, as in a decorator."""
        nodes = [each for each in self.walk() if isinstance(each, FunctionNode)]
        return tuple(self.module.project.function(self.module, each) for each in nodes)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls in its body, in the order of the source."""
        return tuple(
            Call(each, self.module, self.module.project.callee(each, self.module.scope_of(each)))
            for each in self.nodes_of(ast.Call)
        )

    @cached_property
    def returns(self) -> tuple[ast.expr, ...]:
        """What it returns or yields."""
        found = [each.value for each in self.walk() if isinstance(each, ast.Return | ast.Yield)]
        return tuple(each for each in found if each is not None)


class Call(NamedTuple):
    """A call, and what it calls.

    Attributes:
        named: every one that it may be; the first is the likeliest.
    """

    node: ast.Call
    module: Module
    named: tuple[Named, ...]

    @property
    def name(self) -> str:
        """Of what is called, in full; empty if that is not known."""
        return self.named[0].name if self.named else ""

    def argument(self, name: str, position: int | None = None) -> ast.expr | None:
        """What is given by name, or at a position (from 0) that no ``*`` stands before."""
        for each in self.node.keywords:
            if each.arg == name:
                return each.value
        before = self.node.args[: (position if position is not None else -1) + 1]
        if (
            position is None
            or len(before) <= position
            or any(isinstance(each, ast.Starred) for each in before)
        ):
            return None
        return before[position]

    def bound(self) -> dict[str, ast.expr]:
        """The arguments by the names of the parameters of what is called; of the project's functions only."""
        function = next(
            (each.definition for each in self.named if isinstance(each.definition, Function)), None
        )
        if function is None:
            return {}
        plain = [each.name for each in function.parameters if each.kind == "plain"]
        own = function.cls is not None and not function.is_static and "." in ast.unparse(self.node.func)
        given = dict(zip(plain[1:] if own else plain, until_star(self.node.args), strict=False))
        names = {each.name for each in function.parameters}
        return given | {each.arg: each.value for each in self.node.keywords if each.arg in names}


def until_star(args: list[ast.expr]) -> Iterator[ast.expr]:
    for each in args:
        if isinstance(each, ast.Starred):
            return
        yield each


class Class(_Made):
    """A class of the project."""

    node: ast.ClassDef

    def __init__(self, module: Module, node: ast.ClassDef) -> None:
        super().__init__(module, node)
        self.node = node

    @cached_property
    def bases(self) -> tuple[Named, ...]:
        """As written, each in full."""
        made = []
        for node in self.node.bases:
            base = node.value if isinstance(node, ast.Subscript) else node  # Generic[T]
            found = self.module.project.resolve(base, self.outer)
            made.append(found[0] if found else Named(ast.unparse(base)))
        return tuple(made)

    @cached_property
    def mro(self) -> tuple[Named, ...]:
        """The class and its ancestors in the order in which an attribute is looked for; outsiders as
        leaves."""
        return tuple(linear(self, frozenset()))

    def is_a(self, *names: str) -> bool:
        """Whether it, or an ancestor, has one of these names in full."""
        return any(each.name in names for each in self.mro)

    @cached_property
    def on_instances(self) -> dict[str, tuple[Binding, ...]]:
        """What methods assign to attributes of ``self``."""
        found: dict[str, list[Binding]] = {}
        for method in self.methods:
            if method.node.args.args:
                own, scope = method.node.args.args[0].arg, self.module.scope_for(method.node)
                for node in method.nodes_of(ast.Assign, ast.AnnAssign):
                    for target, value, annotation in assigned(node):
                        if isinstance(target, ast.Attribute) and getattr(target.value, "id", "") == own:
                            binding = Binding(target.attr, "assign", node, scope, value, annotation)
                            found.setdefault(target.attr, []).append(binding)
        return {name: tuple(bindings) for name, bindings in found.items()}

    def member(self, name: str, *, after: Class | None = None) -> Named | None:
        """An attribute or method, looked for as Python does; None: neither here nor in an ancestor of the
        project.

        Args:
            after: look only behind this class, as ``super()`` does.
        """
        skipping = after is not None
        outsiders = [each for each in self.mro if each.definition is None and each.name != "object"]
        for each in self.mro:
            cls = each.definition
            if isinstance(cls, Class) and not skipping:
                found = self.module.project.member_of_class(cls, name)
                if found is not None:
                    return found
            skipping = skipping and cls is not after
        return Named(f"{outsiders[0].name}.{name}") if outsiders else None

    @cached_property
    def methods(self) -> tuple[Function, ...]:
        """Of its own body."""
        nodes = [each for each in self.node.body if isinstance(each, FunctionNode)]
        return tuple(self.module.project.function(self.module, each) for each in nodes)

    @cached_property
    def own_values(self) -> dict[str, ast.expr | None]:
        """What its own body sets names to, each at the first place."""
        found: dict[str, ast.expr | None] = {}
        for node in self.node.body:
            for target, value, _ in assigned(node):
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, value)
        return found


Definition: TypeAlias = Module | Class | Function | Variable


def assigned(node: ast.AST) -> list[tuple[ast.expr, ast.expr | None, ast.expr | None]]:
    """Targets of an assignment with value and annotation, of ``self.a, self.b = a, b`` each with its own; of
    other nodes nothing."""
    if isinstance(node, ast.Assign):
        return [
            (one, value, None) for target in node.targets for one, value in each_with_own(target, node.value)
        ]
    if isinstance(node, ast.AnnAssign):
        return [(node.target, node.value, node.annotation)]
    return []


def each_with_own(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr | None]]:
    if not isinstance(target, ast.Tuple | ast.List):
        return [(target, value)]
    return [
        (one, given)
        for one, kind, given in paired(target, "assign", value)
        if kind == "assign" and isinstance(one, ast.expr)
    ]


def linear(cls: Class, above: frozenset[Class]) -> list[Named]:
    """C3, as Python has it; where that fails or goes in circles, depth first and each once."""
    own = Named(cls.qualname, cls)
    if cls in above:
        return [own]
    lists = [
        linear(base.definition, above | {cls}) if isinstance(base.definition, Class) else [base]
        for base in cls.bases
    ]
    waiting = [
        rest for some in (*lists, cls.bases) if (rest := [each for each in some if each.name != own.name])
    ]
    made = [own]
    while waiting:
        tails = {each.name for some in waiting for each in some[1:]}
        head = next((some[0] for some in waiting if some[0].name not in tails), None)
        if head is None:
            every = {each.name: each for some in lists for each in some}
            return [own, *(each for name, each in every.items() if name != own.name)]
        made.append(head)
        waiting = [rest for some in waiting if (rest := [each for each in some if each.name != head.name])]
    return made
