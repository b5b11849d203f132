"""What a parameter of a guard is given: by FastAPI's dependencies, or by the person who sends the request."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from rescind.paths.following import known
from rescind.paths.following.facts import NOTHING, At, Facts, Origin, Origins
from rescind.reading import Class, Function, Module, Parameter, Project, Variable
from rescind.reading.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator


class Parameters:
    """Origins of parameters; `Values` adds expressions."""

    project: Project
    facts: Facts
    module: Module
    scope: Scope

    def of_parameter(self, parameter: Parameter, function: Function) -> Origins:
        """What FastAPI gives it, as its default or annotation says."""
        for call, scope in markers(self.project, parameter, function):
            name = self.project.name_of(call.func, scope)
            if name in known.DEPENDS:
                given = (
                    call.args[0]
                    if call.args
                    else next((k.value for k in call.keywords if k.arg == "dependency"), None)
                )
                node = given if given is not None else without_markers(parameter.annotation)
                return self.of_dependency(node, scope) if node is not None else NOTHING
            if name in known.PARTS:
                return self.of_part(known.PARTS[name], parameter, call, scope)
        if parameter.annotation is not None:
            types = self.project.types_of(ast.Name(parameter.name, ast.Load()), function.scope)
            if any(each.name in known.REQUESTS for each in types):
                return frozenset({Origin("request")})
        return (
            frozenset({Origin("request")}) if parameter.name in {"request", "websocket", "conn"} else NOTHING
        )

    def of_dependency(self, node: ast.expr, scope: Scope) -> Origins:
        """What a dependency returns."""
        if isinstance(node, ast.Call):  # Depends(HTTPBearer()), Depends(require("admin"))
            return self.of_made(node, scope)
        for named in self.project.resolve(node, scope):
            made = named.definition
            if isinstance(made, Function):
                return self.follow(made)
            if isinstance(made, Variable):
                for binding in made.bindings:
                    if isinstance(binding.value, ast.Call):
                        return self.of_made(binding.value, binding.scope)
            if isinstance(made, Class):
                start = made.member("__init__")
                return (
                    self.follow(start.definition)
                    if start and isinstance(start.definition, Function)
                    else NOTHING
                )
        return NOTHING

    def of_made(self, call: ast.Call, scope: Scope) -> Origins:
        """A dependency that a call makes: a scheme, an object with ``__call__``, or a function inside of a
        function."""
        if self.is_of_users(call.func, scope):
            return self.of_users(call, scope)
        found = self.project.callee(call, scope)
        for named in found:
            scheme = known.SCHEMES.get(named.name.rpartition(".")[2])
            if scheme and named.definition is None:
                return self.of_scheme(scheme, call, scope)
            if isinstance(named.definition, Class):
                return self.of_object(named.definition, scheme, call, scope)
            if isinstance(named.definition, Function):
                return self.of_closure(named.definition)
        return NOTHING

    def is_of_users(self, node: ast.expr, scope: Scope) -> bool:
        """``users.current_user`` of ``users = FastAPIUsers[User, UUID](...)``"""
        if not isinstance(node, ast.Attribute) or node.attr not in {"current_user", "current_user_token"}:
            return False
        for named in self.project.resolve(node.value, scope):
            for binding in named.definition.bindings if isinstance(named.definition, Variable) else ():
                made = binding.value.func if isinstance(binding.value, ast.Call) else None
                made = made.value if isinstance(made, ast.Subscript) else made
                if made is not None and self.project.name_of(made, binding.scope).startswith(
                    "fastapi_users."
                ):
                    return True
        return False

    def of_users(self, call: ast.Call, scope: Scope) -> Origins:
        """``fastapi_users.current_user(active=True)``: which strategies it has, only the running application
        says."""
        at = At(call, scope.module)
        given = frozenset({Origin("raw", known.FASTAPI_USERS)})
        self.facts.sources.setdefault(known.FASTAPI_USERS, at)
        self.facts.opaque.append(("fastapi_users", given, at))
        if any(each.arg == "optional" for each in call.keywords):
            self.facts.left_out.add(known.FASTAPI_USERS)
        return given

    def of_object(self, cls: Class, scheme: str | None, call: ast.Call, scope: Scope) -> Origins:
        member = cls.member("__call__")
        if member is not None and isinstance(member.definition, Function):
            return self.follow(member.definition)
        for base in cls.mro:
            scheme = scheme or known.SCHEMES.get(base.name.rpartition(".")[2])
        return self.of_scheme(scheme, call, scope) if scheme else NOTHING

    def of_closure(self, maker: Function) -> Origins:
        """``def require(role): def inner(user=Depends(...)): ...; return inner``"""
        names = {each.id for each in maker.returns if isinstance(each, ast.Name)}
        for inner in maker.inner:
            if inner.name in names:
                return self.follow(inner)
        return NOTHING

    def of_scheme(self, scheme: str, call: ast.Call, scope: Scope) -> Origins:
        given = {k.arg: k.value for k in call.keywords}
        name = self.text(given.get("name"), scope)
        source = (
            f"{scheme}:{name.lower() if scheme == 'header' else name}"
            if scheme in {"header", "cookie", "query"}
            else scheme
        )
        if source == "header:authorization":
            source = "bearer"
        at = At(call, scope.module)
        self.facts.sources.setdefault(source, at)
        auto = given.get("auto_error")
        if isinstance(auto, ast.Constant) and auto.value is False:
            self.facts.optional.add(source)
        else:
            self.facts.refusals.append(at)
        return frozenset({Origin("raw", source)})

    def of_part(self, part: str, parameter: Parameter, call: ast.Call, scope: Scope) -> Origins:
        alias = next((self.text(k.value, scope) for k in call.keywords if k.arg == "alias"), "")
        name = alias or (parameter.name.replace("_", "-") if part == "header" else parameter.name)
        source = f"{part}:{name}"
        if part == "query" and not known.looks_secret(name):
            return NOTHING
        if source == "header:authorization":
            source = "bearer"
        self.facts.sources.setdefault(source, At(parameter.node, scope.module))
        return frozenset({Origin("raw", source)})

    def text(self, node: ast.expr | None, scope: Scope) -> str:
        if node is None:
            return ""
        texts = self.project.values_of(node, scope).texts
        return texts[0] if texts else ""

    def follow(self, function: Function, given: dict[str, Origins] | None = None) -> Origins:
        raise NotImplementedError  # Follower


def markers(project: Project, parameter: Parameter, function: Function) -> Iterator[tuple[ast.Call, Scope]]:
    """``Depends(...)``, ``Cookie(...)`` and the like: the default, and what ``Annotated`` holds."""
    if isinstance(parameter.default, ast.Call):
        yield parameter.default, function.outer
    yield from annotated(project, parameter.annotation, function.outer)


def annotated(
    project: Project, node: ast.expr | None, scope: Scope, left: int = 5
) -> Iterator[tuple[ast.Call, Scope]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        yield from ((each, scope) for each in node.slice.elts[1:] if isinstance(each, ast.Call))
        yield from annotated(project, node.slice.elts[0], scope, left - 1)
    elif isinstance(node, ast.Name | ast.Attribute) and left:
        for named in project.resolve(node, scope):
            if isinstance(named.definition, Variable):
                for binding in named.definition.bindings:
                    yield from annotated(project, binding.value, binding.scope, left - 1)


def without_markers(node: Any) -> ast.expr | None:
    """The class in ``Annotated[Class, Depends()]``."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        return node.slice.elts[0]
    return node if isinstance(node, ast.expr) else None
