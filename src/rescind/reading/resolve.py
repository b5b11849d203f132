"""What a name, an attribute or a call refers to, followed through the modules of a project.

Answers are alternatives: a name that is imported in ``try`` and again in ``except`` stands for both. What
goes in circles, or deeper than `DEEPEST`, is unknown.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rescind.reading.definitions import Class, Function, Named, Variable
from rescind.reading.module import Module
from rescind.reading.nodes import FunctionNode
from rescind.reading.scopes import Binding, Scope

if TYPE_CHECKING:
    from rescind.reading.project import Project

DEEPEST = 40
# Of one question: a name that is bound anew of itself in thirty branches has more ways to come about than
# anybody can follow.
MOST_TYPES, MOST_STEPS = 16, 5_000
BUILTINS = frozenset(dir(builtins))
# Annotations that say nothing of the object itself: the argument does.
AROUND = frozenset(
    f"{module}.{name}"
    for module in ("typing", "typing_extensions", "collections.abc")
    for name in ("Annotated", "Optional", "Union", "Required", "NotRequired", "Final", "ClassVar",
    "Awaitable",
                 "AsyncGenerator", "AsyncIterator", "Generator", "Iterator")
)  # fmt: skip
LITERALS = {ast.Dict: "dict", ast.List: "list", ast.Set: "set", ast.Tuple: "tuple", ast.JoinedStr: "str",
            ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict", ast.Compare: "bool"}  # fmt: skip
NAMES = (ast.Name, ast.Attribute)
PARTIALS = {"functools.partial", "functools.partialmethod"}


class Resolver:
    """Follows names. One for each project; its answers are kept."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._busy: set[tuple[object, ...]] = set()
        self._steps = 0  # of the question that is being answered
        self._known: dict[tuple[object, ...], tuple[Named, ...]] = {}
        self._called: dict[tuple[ast.Call, Scope], tuple[Named, ...]] = {}

    # names

    def find(self, name: str, near: Module | None = None) -> tuple[Named, ...]:
        parts = name.split(".")
        for count in range(1, len(parts) + 1):
            module = self.project.module(".".join(parts[:count]), near)
            if module is not None:
                found: tuple[Named, ...] = (Named(module.name, module),)
                for part in parts[count:]:
                    found = self.attributes(found, part)
                return found
        return (Named(name),)

    def in_module(self, module: Module, name: str) -> tuple[Named, ...]:
        """An attribute of a module: what it binds, what a star brings, a module inside of it."""
        bindings = module.scope.in_force(name)
        key = ("module", module, name)
        if bindings and key not in self._busy:
            self._busy.add(key)
            try:
                found = self.bound(bindings, module.scope, name)
            finally:
                self._busy.discard(key)
            if found:
                return found
        below = self.project.module(f"{module.name}.{name}", module) if module.is_package else None
        if below is not None:
            return (Named(below.name, below),)
        return self.through_stars(module, name)

    def through_stars(self, module: Module, name: str) -> tuple[Named, ...]:
        outside: list[Named] = []
        key = ("star", module, name)
        if key in self._busy:
            return ()
        self._busy.add(key)
        try:
            for star in reversed(module.scope.bindings.get("*", [])):
                source = self.project.module(star.target, module)
                if source is None:
                    outside.append(Named(f"{star.target}.{name}"))
                elif name in self.exported(source) and (found := self.in_module(source, name)):
                    return found
        finally:
            self._busy.discard(key)
        return tuple(outside) if name not in BUILTINS else ()

    def exported(self, module: Module) -> set[str]:
        """What ``from module import *`` brings: ``__all__``, or all names without an underscore."""
        stated = module.scope.bindings.get("__all__")
        if stated:
            values = self.project.values_of(ast.Name("__all__", ast.Load()), module.scope)
            return {
                str(each)
                for option in values.options
                if isinstance(option.value, list | tuple)
                for each in option.value
            }
        names = {name for name in module.scope.bindings if not name.startswith("_") and name != "*"}
        for star in module.scope.bindings.get("*", []):
            source = self.project.module(star.target, module)
            key = ("exported", source)
            if source is not None and key not in self._busy:
                self._busy.add(key)
                try:
                    names |= self.exported(source)
                finally:
                    self._busy.discard(key)
        return names

    def bound(self, bindings: Iterable[Binding], scope: Scope, name: str) -> tuple[Named, ...]:
        """What bindings of one name stand for."""
        found: list[Named] = []
        plain: list[Binding] = []
        added_to = any(each.kind == "augmented" for each in bindings)
        for each in bindings:
            if added_to:  # from base import APPS; APPS += [...]: one variable, however it began
                plain.append(each)
            elif each.kind == "import":
                found += self.find(each.target, each.scope.module)
            elif each.kind == "function" and isinstance(each.node, FunctionNode):
                made = self.project.function(each.scope.module, each.node)
                found.append(Named(made.qualname, made))
            elif each.kind == "class" and isinstance(each.node, ast.ClassDef):
                cls = self.project.klass(each.scope.module, each.node)
                found.append(Named(cls.qualname, cls))
            elif each.kind == "assign" and isinstance(each.value, ast.Name | ast.Attribute):
                followed = self.resolve(each.value, each.scope)
                found += followed
                if not followed:
                    plain.append(each)
            elif each.kind != "star":
                plain.append(each)
        if plain:
            owner = plain[-1].scope.qualname if scope.parent is None else scope.qualname
            qualname = f"{owner}.{name}"
            found.append(Named(qualname, Variable(qualname, tuple(plain))))
        return tuple({each.name: each for each in found}.values())

    # expressions

    def resolve(self, node: ast.expr, scope: Scope) -> tuple[Named, ...]:
        if isinstance(node, NAMES):
            return self.kept(("resolve", node, scope), node, scope)
        return self.resolve(node.value, scope) if isinstance(node, ast.Await | ast.NamedExpr) else ()

    def kept(
        self, key: tuple[object, ...], node: ast.Name | ast.Attribute, scope: Scope
    ) -> tuple[Named, ...]:
        known = self._known.get(key)
        if known is not None:
            return known
        if key in self._busy or len(self._busy) > DEEPEST:
            return ()
        self._begin()
        self._busy.add(key)
        try:
            found = (
                self.by_name(node, scope) if isinstance(node, ast.Name) else self.by_attribute(node, scope)
            )
        finally:
            self._busy.discard(key)
        if not self._busy:
            self._known[key] = found
        return found

    def _begin(self) -> None:
        if not self._busy:
            self._steps = 0

    def by_name(self, node: ast.Name, scope: Scope) -> tuple[Named, ...]:
        line = getattr(node, "lineno", None)
        bindings = scope.in_force(node.id, line)
        if not bindings:
            found = self.through_stars(scope.module, node.id)
            return found or ((Named(node.id),) if node.id in BUILTINS else ())
        if bindings[0].scope.parent is None and bindings[0].scope.module is scope.module:
            return self.in_module(scope.module, node.id)
        return self.bound(bindings, bindings[0].scope, node.id)

    def by_attribute(self, node: ast.Attribute, scope: Scope) -> tuple[Named, ...]:
        base = node.value
        if isinstance(base, ast.Call) and getattr(base.func, "id", "") == "super":
            cls = self.class_around(scope)
            found = cls.member(node.attr, after=cls) if cls is not None else None
            return (found,) if found is not None else ()
        if isinstance(base, ast.Name | ast.Attribute):
            return self.attributes(self.resolve(base, scope), node.attr)
        return self.attributes(self.types_of(base, scope), node.attr)

    def attributes(self, found: Iterable[Named], attr: str) -> tuple[Named, ...]:
        made: list[Named] = []
        for each in found:
            if isinstance(each.definition, Module):
                made += self.in_module(each.definition, attr)
            elif isinstance(each.definition, Class):
                member = each.definition.member(attr)
                made.append(member or Named(f"{each.name}.{attr}"))
            elif isinstance(each.definition, Variable):
                types = self.types_of_variable(each.definition)
                made += self.attributes(types, attr) if types else [Named(f"{each.name}.{attr}")]
            else:
                made.append(Named(f"{each.name}.{attr}"))
        return tuple({each.name: each for each in made}.values())

    def own_member(self, cls: Class, name: str) -> Named | None:
        bindings = cls.scope.in_force(name)
        mine = tuple(each for each in bindings if each.scope is cls.scope and each.kind != "declared")
        qualname = f"{cls.qualname}.{name}"
        set_later = cls.on_instances.get(name, ())
        if mine and not set_later:
            found = self.bound(mine, cls.scope, name)
            return found[-1] if found else None
        declared = tuple(each for each in bindings if each.scope is cls.scope)
        if declared or set_later:
            return Named(qualname, Variable(qualname, (*declared, *set_later)))
        return None

    def class_around(self, scope: Scope | None) -> Class | None:
        while scope is not None and not isinstance(scope.node, ast.ClassDef):
            scope = scope.parent
        return None if scope is None else self.project.klass(scope.module, scope.node)  # type: ignore[arg-type]

    def callee(self, node: ast.Call, scope: Scope) -> tuple[Named, ...]:
        known = self._called.get((node, scope))
        if known is None:
            known = self._callee(node, scope)
            if not self._busy:
                self._called[node, scope] = known
        return known

    def _callee(self, node: ast.Call, scope: Scope) -> tuple[Named, ...]:
        found = self.resolve(node.func, scope)
        if isinstance(node.func, ast.Call):  # partial(f)(x), decorator(x)(f)
            found = self.through_partial(node.func, scope) or tuple(
                Named(f"{each.name}()") for each in self.callee(node.func, scope)
            )
        made: list[Named] = []
        for each in found:
            bindings = each.definition.bindings if isinstance(each.definition, Variable) else ()
            through = [
                named
                for binding in bindings
                if isinstance(binding.value, ast.Call)
                for named in self.through_partial(binding.value, binding.scope)
            ]
            made += through or [each]
        return tuple(made)

    def through_partial(self, call: ast.Call, scope: Scope) -> tuple[Named, ...]:
        names = {each.name for each in self.resolve(call.func, scope)}
        return self.resolve(call.args[0], scope) if names & PARTIALS and call.args else ()

    # what an object is an instance of

    def types_of(self, node: ast.expr, scope: Scope) -> tuple[Named, ...]:
        key = ("types", node, scope)
        if key in self._busy or len(self._busy) > DEEPEST:
            return ()
        self._begin()
        self._busy.add(key)
        try:
            return self._types_of(node, scope)
        finally:
            self._busy.discard(key)

    def _types_of(self, node: ast.expr, scope: Scope) -> tuple[Named, ...]:
        if isinstance(node, ast.Await | ast.NamedExpr | ast.Starred):
            return self.types_of(node.value, scope)
        if isinstance(node, ast.IfExp):
            return self.types_of(node.body, scope) + self.types_of(node.orelse, scope)
        if isinstance(node, ast.BoolOp):
            return tuple(found for each in node.values for found in self.types_of(each, scope))
        if isinstance(node, ast.Constant):
            return (Named(type(node.value).__name__),) if node.value is not None else ()
        if isinstance(node, ast.Call):
            return tuple(made for each in self.callee(node, scope) for made in self.result_of(each, node))
        if isinstance(node, ast.Name | ast.Attribute):
            variables = [
                each.definition for each in self.resolve(node, scope) if isinstance(each.definition, Variable)
            ]
            return tuple(found for each in variables for found in self.types_of_variable(each))
        name = LITERALS.get(type(node))
        return (Named(name),) if name else ()

    def result_of(self, callee: Named, call: ast.Call) -> tuple[Named, ...]:
        """What a call of this gives."""
        made = callee.definition
        if isinstance(made, Class):
            return (callee,)
        if isinstance(made, Function):
            if made.node.returns is not None:
                return self.annotated(made.node.returns, made.outer)
            return tuple(found for each in made.returns for found in self.types_of(each, made.scope))
        last = callee.name.rpartition(".")[2]
        if made is not None or not callee.name:
            return ()
        return (callee,) if last[:1].isupper() or last in BUILTINS else (Named(f"{callee.name}()"),)

    def types_of_variable(self, variable: Variable) -> tuple[Named, ...]:
        found: list[Named] = []
        for each in variable.bindings:
            key = ("binding", each)
            if key in self._busy or self._steps > MOST_STEPS:
                continue
            self._steps += 1
            self._busy.add(key)
            try:
                found += self.types_of_binding(each)
            finally:
                self._busy.discard(key)
        return tuple({each.name: each for each in found}.values())[:MOST_TYPES]

    def types_of_binding(self, binding: Binding) -> tuple[Named, ...]:
        if binding.annotation is not None:
            return self.annotated(binding.annotation, binding.scope.parent or binding.scope)
        if binding.kind == "parameter":
            return self.own_class(binding)
        if binding.kind in {"assign", "with"} and binding.value is not None:
            return self.types_of(binding.value, binding.scope)
        if binding.kind == "except" and binding.value is not None:
            return self.resolve(binding.value, binding.scope)
        return ()

    def own_class(self, binding: Binding) -> tuple[Named, ...]:
        """``self`` and ``cls``: the first parameter of a method."""
        node, outer = binding.scope.node, binding.scope.parent
        if not isinstance(node, FunctionNode) or outer is None or not isinstance(outer.node, ast.ClassDef):
            return ()
        first = next(iter([*node.args.posonlyargs, *node.args.args]), None)
        if first is not binding.node or self.project.function(outer.module, node).is_static:
            return ()
        cls = self.project.klass(outer.module, outer.node)
        return (Named(cls.qualname, cls),)

    def annotated(self, node: ast.expr, scope: Scope) -> tuple[Named, ...]:
        """The classes that an annotation names."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return ()
        if isinstance(node, ast.BinOp):
            return self.annotated(node.left, scope) + self.annotated(node.right, scope)
        if isinstance(node, ast.Subscript):
            outer = self.resolve(node.value, scope)
            if {each.name for each in outer} & AROUND:
                inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                union = any(each.name.endswith(".Union") for each in outer)
                return tuple(
                    found
                    for each in (inside if union else inside[:1])
                    for found in self.annotated(each, scope)
                )
            return outer
        found = self.resolve(node, scope)
        aliases = [each for each in found if isinstance(each.definition, Variable)]
        through = [
            made
            for each in aliases
            for binding in each.definition.bindings  # type: ignore[union-attr]
            if binding.value is not None and ("alias", binding) not in self._busy
            for made in self.alias(binding)
        ]
        return tuple(each for each in found if each not in aliases) + tuple(through)

    def alias(self, binding: Binding) -> tuple[Named, ...]:
        """``CurrentUser = Annotated[User, Depends(...)]``"""
        key = ("alias", binding)
        self._busy.add(key)
        try:
            return () if binding.value is None else self.annotated(binding.value, binding.scope)
        finally:
            self._busy.discard(key)
