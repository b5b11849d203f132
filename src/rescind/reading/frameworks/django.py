"""Routes of Django: the patterns that ``ROOT_URLCONF`` leads to, and what the settings say.

`patterns` follows ``urlpatterns`` through lists that are added, ``include`` in each of its forms, routers of
REST framework and the registered models of an admin site, in the order in which Django tries them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading.definitions import Call, Class, Named, Variable
from rescind.reading.frameworks.facts import calls_of, text
from rescind.reading.module import Module
from rescind.reading.nodes import walk
from rescind.reading.project import Project
from rescind.reading.scopes import Scope
from rescind.reading.values import Values

ROOT = "ROOT_URLCONF"
SETTINGS = "DJANGO_SETTINGS_MODULE"
ANCHORS = re.compile(r"(?<!\\)(?:\$|\\Z)$")
DEEPEST = 20
SITE = (
    "",
    "login/",
    "logout/",
    "password_change/",
    "password_change/done/",
    "autocomplete/",
    "jsi18n/",
    "r/<path:content_type_id>/<path:object_id>/",
)
MODEL = ("", "add/", "<path:object_id>/history/", "<path:object_id>/delete/", "<path:object_id>/change/")
STATIC = ("static", "staticfiles_urlpatterns")


class Pattern(NamedTuple):
    """One pattern.

    Attributes:
        path: with all prefixes, without the anchors of regular expressions.
        name: with its namespaces.
        view: as it is given; None for pages of an admin site, static files and routers.
        kind: ``route``, ``admin``, ``static``, ``router``, ``root`` of a router.
        actions: of a router: which method calls what of the set of views, with what the ``@action`` is given.
    """

    path: str
    name: str
    view: ast.expr | None
    scope: Scope
    line: int
    kind: str = "route"
    cls: Class | None = None
    actions: tuple[tuple[str, str], ...] = ()


class Around(NamedTuple):
    """What a list of patterns is included under."""

    prefix: str = "/"
    space: str = ""
    left: int = DEEPEST


def settings_of(project: Project) -> Module | None:
    """The module of the settings: what ``manage.py`` names, else the one with ``ROOT_URLCONF``."""
    for module in project.modules:
        if SETTINGS in module.text and module.path.name in {"manage.py", "wsgi.py", "asgi.py"}:
            for call in calls_in(module, "setdefault"):
                named = text(project, call.argument("value", 1), module.scope)
                found = project.module(named, module) if named else None
                if found is not None:
                    return found
    with_root = [each for each in project.modules if ROOT in each.text and ROOT in each.scope.bindings]
    return with_root[0] if with_root else None


def calls_in(module: Module, name: str) -> Iterator[Call]:
    for node in walk(module.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == name:
            yield Call(node, module, (Named(""),))


def setting(project: Project, module: Module, name: str) -> Values | None:
    """The values of a setting, through ``from .base import *``; None: it is set nowhere."""
    found = [each.definition for each in project.find(f"{module.name}.{name}", module)]
    if not any(isinstance(each, Variable) for each in found):
        return None
    return project.values_of(ast.Name(name, ast.Load()), module.scope)


def patterns(project: Project) -> list[Pattern]:
    """All of ``ROOT_URLCONF``, in the order in which they are tried."""
    module = settings_of(project)
    values = None if module is None else setting(project, module, ROOT)
    roots = [] if values is None else [project.module(name, module) for name in values.texts]
    return [
        found
        for root in roots[:1]
        if root is not None
        for found in Patterns(project).of_module(root, Around())
    ]


class Patterns:
    """Goes through lists of patterns."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def of_module(self, module: Module, around: Around) -> Iterator[Pattern]:
        name = text(self.project, ast.Name("app_name", ast.Load()), module.scope)
        space = f"{around.space}{name}:" if name and not around.space.endswith(f"{name}:") else around.space
        yield from self.of_variable(module, "urlpatterns", around._replace(space=space))

    def of_variable(self, module: Module, name: str, around: Around) -> Iterator[Pattern]:
        """What is assigned to it, and added."""
        for binding in module.scope.bindings.get(name, ()):
            if binding.value is not None:
                yield from self.of(binding.value, binding.scope, around)
            elif binding.kind == "import":
                yield from self.of_named(self.project.find(binding.target, module), around)
        for call in calls_in(module, "append"):
            if getattr(getattr(call.node.func, "value", None), "id", "") == name and call.node.args:
                yield from self.of(call.node.args[0], module.scope, around)

    def of_named(self, found: tuple[Named, ...], around: Around) -> Iterator[Pattern]:
        for named in found:
            made = named.definition
            if isinstance(made, Module):
                yield from self.of_module(made, around)
            elif isinstance(made, Variable):
                for binding in made.bindings:
                    if binding.value is not None:
                        yield from self.of(binding.value, binding.scope, around)

    def of(self, node: ast.expr, scope: Scope, around: Around) -> Iterator[Pattern]:
        """The patterns that an expression is a list of, or is one of."""
        if not around.left:
            return
        around = around._replace(left=around.left - 1)
        if isinstance(node, ast.List | ast.Tuple):
            for each in node.elts:
                yield from self.of(each.value if isinstance(each, ast.Starred) else each, scope, around)
        elif isinstance(node, ast.BinOp):
            yield from self.of(node.left, scope, around)
            yield from self.of(node.right, scope, around)
        elif isinstance(node, ast.Name):
            yield from self.of_named(self.project.resolve(node, scope), around)
        elif isinstance(node, ast.Attribute) and node.attr == "urls":
            yield from self.of_urls(node, scope, around)
        elif isinstance(node, ast.Attribute):
            yield from self.of_named(self.project.resolve(node, scope), around)
        elif isinstance(node, ast.Call):
            yield from self.of_call(node, scope, around)

    def of_call(self, node: ast.Call, scope: Scope, around: Around) -> Iterator[Pattern]:
        last = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if last in {"path", "re_path", "url"} and node.args:
            yield from self.of_path(node, scope, around, regex=last != "path")
        elif last == "i18n_patterns":
            language = around._replace(prefix=f"{around.prefix}{self.language()}/")
            for each in node.args:
                yield from self.of(each.value if isinstance(each, ast.Starred) else each, scope, language)
        elif last == "format_suffix_patterns" and node.args:
            yield from self.of(node.args[0], scope, around)
        elif last == "include":
            yield from self.of_include(node, scope, around)
        elif last in STATIC:
            prefix = self.prefix(node.args[0], scope) if node.args else self.prefix(None, scope)
            path = f"{around.prefix}{prefix}(?P<path>.*)"
            yield Pattern(path, "", None, scope, node.lineno, "static")

    def prefix(self, node: ast.expr | None, scope: Scope) -> str:
        """Of files: as it is given, by ``settings`` too."""
        name = "STATIC_URL" if node is None else self.project.name_of(node, scope).rpartition(".")[2]
        module = settings_of(self.project)
        values = setting(self.project, module, name) if module is not None and name else None
        found = text(self.project, node, scope) or (
            values.texts[0] if values is not None and values.texts else ""
        )
        return found.lstrip("/") or "?"

    def language(self) -> str:
        module = settings_of(self.project)
        values = None if module is None else setting(self.project, module, "LANGUAGE_CODE")
        return values.texts[0] if values is not None and values.texts else "en-us"

    def of_path(self, node: ast.Call, scope: Scope, around: Around, *, regex: bool) -> Iterator[Pattern]:
        call = Call(node, scope.module, (Named(""),))
        route = text(self.project, call.argument("route", 0), scope)
        if regex:
            route = ANCHORS.sub("", route.removeprefix("^"))
        view = call.argument("view", 1)
        inner = around._replace(prefix=f"{around.prefix}{route}")
        if view is None:
            return
        if (
            isinstance(view, ast.Call)
            and getattr(view.func, "attr", getattr(view.func, "id", "")) == "include"
        ):
            yield from self.of_include(view, scope, inner)
        elif isinstance(view, ast.Attribute) and view.attr == "urls":
            yield from self.of_urls(view, scope, inner)
        else:
            name = text(self.project, call.argument("name", 3), scope)
            yield Pattern(inner.prefix, f"{around.space}{name}", view, scope, node.lineno)

    def of_include(self, node: ast.Call, scope: Scope, around: Around) -> Iterator[Pattern]:
        call = Call(node, scope.module, (Named(""),))
        given = call.argument("arg", 0)
        space = text(self.project, call.argument("namespace", 1), scope)
        given, app = self.unpacked(given, scope)
        space = space or app
        inner = around._replace(space=f"{around.space}{space}:") if space else around
        if given is None or not around.left:
            return
        written = text(self.project, given, scope)
        module = self.project.module(written, scope.module) if written else None
        if module is not None:
            yield from self.of_module(module, inner._replace(left=around.left - 1))
        elif not written:
            yield from self.of(given, scope, inner)

    def unpacked(self, node: ast.expr | None, scope: Scope) -> tuple[ast.expr | None, str]:
        """``(patterns, "name")``, also behind a name."""
        if isinstance(node, ast.Name):
            for named in self.project.resolve(node, scope):
                values = named.definition.values if isinstance(named.definition, Variable) else []
                if values and isinstance(values[0], ast.Tuple):
                    node = values[0]
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            name = text(self.project, node.elts[1], scope)
            if name:
                return node.elts[0], name
        return node, ""

    def of_urls(self, node: ast.Attribute, scope: Scope, around: Around) -> Iterator[Pattern]:
        """``admin.site.urls`` and ``router.urls``."""
        if "admin" in ast.unparse(node.value).lower() and "site" in ast.unparse(node.value).lower():
            yield from self.of_admin(scope, node.lineno, around)
            return
        from rescind.reading.frameworks.django_routers import of_router

        yield from of_router(self.project, node.value, scope, around)

    def of_admin(self, scope: Scope, line: int, around: Around) -> Iterator[Pattern]:
        """The pages of the site itself, and of each model that is registered in the source."""
        pages = [*SITE, *(f"{model}{page}" for model in registered(self.project) for page in MODEL)]
        for page in (*pages, "(?P<url>.*)"):
            yield Pattern(f"{around.prefix}{page}", f"{around.space}admin:", None, scope, line, "admin")


def registered(project: Project) -> Iterator[str]:
    """``app/model/`` of each model that ``admin.site.register`` or ``@admin.register`` is given."""
    for call in calls_of(project, "register"):
        if "admin" not in call.name:
            continue
        for node in call.node.args:
            given = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
            for each in given:
                for named in project.resolve(each, call.module.scope_of(call.node)):
                    if isinstance(named.definition, Class) and not named.name.endswith("Admin"):
                        label = app_of(named.definition.module)
                        yield f"{label}/{named.definition.name.lower()}/"


def app_of(module: Module) -> str:
    """The label of the application that a module of models is of."""
    parts = module.name.split(".")
    before = parts[: parts.index("models")] if "models" in parts else parts[:-1]
    return before[-1] if before else parts[0]
