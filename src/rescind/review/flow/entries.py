"""Which parameters of a function the sender of a request decides: path, query, body, as its framework
binds them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from rescind.reading import (
    Class,
    Function,
    Named,
    Parameter,
    Project,
    Scope,
    Variable,
    last_name,
    unparsed,
)
from rescind.review.flow.origin import Part

VERBS = {
    "get", "post", "put", "patch", "delete", "head", "options", "route", "api_route", "websocket", "api",
    "add_url_rule",
    "add_api_route", "add_route", "expose", "action", "view_config", "websocket_route", "url_rule", "trace",
}  # fmt: skip
ROUTERS = {"path", "re_path", "url", "add_url_rule", "add_api_route", "add_route", "Route", "add_get",
           "add_post",
           "add_put", "add_delete", "add_patch", "WebSocketRoute", "get", "post", "put", "delete",
           "patch", "view"}  # fmt: skip
BRACES = re.compile(
    r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>|\{(?P<other>\w+)(?::(?P<typed>[^}]*))?\}"
)
GROUPS = re.compile(r"\(\?P<(?P<name>\w+)>(?P<pattern>[^)]*)\)")
METHODS = frozenset(["GET", "POST", "PUT", "PATCH", "DELETE"])  # ``@routes.add("POST", "/orders")``
UNNAMED = re.compile(r"(?<!\\)\((?!\?)([^()]*)\)")
NUMERIC = {"int", "float", "uuid", "UUID", "number", "date", "path_int"}
PLAIN_TYPES = {
    "int",
    "float",
    "bool",
    "uuid.UUID",
    "datetime.date",
    "datetime.datetime",
    "decimal.Decimal",
    "datetime.time",
}
TEXTS = {"str", "bytes", "list", "dict", "set", "tuple", "typing.Any", "object", "typing.List", "typing.Dict"}
MARKS: dict[str, Part] = {
    "Query": "query", "Path": "path", "Body": "body", "Form": "form", "File": "upload", "Header": "header",
    "Cookie": "cookie", "Parameter": "query",
}  # fmt: skip
INJECTED = {"Depends", "Security", "Provide", "Inject", "FromDishka"}
MODELS = ("pydantic.", "msgspec.", "sqlmodel.", "marshmallow.", "ninja.", "attrs.", "dataclasses.")
FASTAPI = ("fastapi.", "starlette.", "litestar.", "ninja.")
HANDLERS = {"get", "post", "put", "patch", "delete", "head", "options", "dispatch"}


FALCON = {f"on_{verb}" for verb in HANDLERS}


class Given(NamedTuple):
    """What a parameter of a handler gets. ``clean``: nothing that could do harm, such as a number.

    ``depends``: what the framework calls for it, with its scope.
    """

    part: Part = ""
    clean: bool = False
    depends: tuple[ast.expr, Scope] | None = None


class Route(NamedTuple):
    """How a function is reached: what is known of its path, and whose decorator or table says so."""

    path: str
    framework: str


class Entries:
    """The handlers of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._routes: dict[Function, tuple[Route, ...]] = {}

    def routes(self, function: Function) -> tuple[Route, ...]:
        """How requests reach a function; nothing: by no way that is seen."""
        found = self._routes.get(function)
        if found is None:
            found = self._routes[function] = (*self.decorated(function), *self.registered(function))
        return found

    def decorated(self, function: Function) -> Iterator[Route]:
        for each in function.decorators:
            func = each.call.func if each.call else each.node
            if each.name.endswith("cherrypy.expose"):
                yield Route("", "cherrypy")
            plain = isinstance(func, ast.Name) and each.name.startswith(("litestar.", "bottle."))
            if not (isinstance(func, ast.Attribute) or plain) or each.call is None:
                continue
            if last_name(func) not in VERBS and not METHODS & set(texts(each.call)):
                continue
            path = next((text for text in texts(each.call) if text.startswith("/") or not text), None)
            if path is not None or last_name(func) == "route":
                yield Route(path or "", each.name)

    def registered(self, function: Function) -> Iterator[Route]:
        yield from (Route(path, "table") for path in self._tables.get(function.qualname, ()))
        if function.cls is not None and function.name in HANDLERS:
            yield from (Route(path, "table") for path in self._tables.get(function.cls.qualname, ()))

    @cached_property
    def _tables(self) -> dict[str, list[str]]:
        """Of ``path("x/<int:pk>", view)`` and its like: the paths by the name of the view."""
        found: dict[str, list[str]] = defaultdict(list)
        for module in self.project.modules:
            if not any(f"{word}(" in module.text for word in ROUTERS):
                continue
            for node in module.nodes_of(ast.Call):
                if last_name(node.func) in ROUTERS and len(node.args) + len(node.keywords) > 1:
                    scope = module.scope_of(node)
                    path = next(iter(texts(node)), "")
                    for each in [*node.args[1:], *(keyword.value for keyword in node.keywords)]:
                        for name in self.views(each, scope):
                            found[name].append(path)
        return dict(found)

    def views(self, node: ast.expr, scope: Scope) -> list[str]:
        """What a table's entry calls: a function, ``Class.as_view()``, ``decorator(view)``."""
        if isinstance(node, ast.Call):
            inner: list[ast.expr] = (
                [node.func.value]
                if last_name(node.func) == "as_view" and isinstance(node.func, ast.Attribute)
                else node.args
            )
            return [name for each in inner for name in self.views(each, scope)]
        if not isinstance(node, ast.Name | ast.Attribute):
            return []
        found = self.project.resolve(node, scope)
        return [each.name for each in found if isinstance(each.definition, Function | Class)]

    def is_handler(self, function: Function) -> bool:
        """Whether requests reach it: by a route, or as a method of a class that is a view."""
        if self.routes(function):
            return True
        names = [parameter.name for parameter in function.parameters[:2]]
        if function.name in FALCON and function.cls is not None and "req" in names:
            return True
        return (
            function.cls is not None
            and function.name in HANDLERS
            and names[:1] != ["cls"]  # no request reaches what a class finds its own rows by
            and ("request" in names or is_view(function.cls))
        )

    def given(self, function: Function, parameter: Parameter) -> Given | None:
        """What the framework gives to a parameter; None: it is not the framework that gives it."""
        if parameter.name in {"self", "cls", "request", "req", "websocket"}:
            return None
        marked = self.marked(function, parameter)
        if marked is not None:
            return marked
        for route in self.routes(function):
            if route.framework == "cherrypy":
                return Given("query")
            known = in_path(route.path)
            if parameter.name in known:
                return Given("path", clean=known[parameter.name] or self.is_plain(function, parameter))
            if not known and "(" in route.path:
                return self.by_place(function, parameter, route.path)
            in_braces = "{" in route.path and "(" not in route.path  # and no ``[a-z]{1,20}`` of a pattern
            if route.framework.startswith(FASTAPI) or in_braces or self.speaks_fastapi(function):
                return self.bound(function, parameter)
        if function.cls is not None and function.name in HANDLERS and is_view(function.cls):
            return Given("path", clean=self.is_plain(function, parameter))
        if function.name in FALCON and function.cls is not None and parameter.name not in {"resp", "params"}:
            return Given("path", clean=self.is_plain(function, parameter))
        if function.name in {"receive", "receive_json"} and function.cls is not None:
            own = any(each.name.endswith("Consumer") for each in function.cls.mro)
            return Given("body") if own and parameter.kind == "plain" else None
        if [each.name for each in function.parameters[:2]] == [
            "event",
            "context",
        ] and parameter.name == "event":
            return Given("body")
        return None

    def by_place(self, function: Function, parameter: Parameter, path: str) -> Given | None:
        r"""``url(r"^orders/(\d+)/$", order)``: groups without a name are handed in as they come."""
        groups = UNNAMED.findall(path)
        taken = [each.name for each in function.parameters if each.name not in {"self", "request"}]
        at = taken.index(parameter.name) if parameter.name in taken else len(groups)
        return Given("path", clean=fits_numbers(groups[at])) if at < len(groups) else None

    def speaks_fastapi(self, function: Function) -> bool:
        return "fastapi" in function.module.text and any(
            "{" not in route.path for route in self.routes(function)
        )

    def marked(self, function: Function, parameter: Parameter) -> Given | None:
        """``x: Annotated[str, Query()]``, ``x = Header()``, ``x = Depends(f)``."""
        annotation, scope = self.unwrapped(parameter.annotation, function.outer)
        marks = [(parameter.default, function.outer)]
        if isinstance(annotation, ast.Subscript) and last_name(annotation.value) == "Annotated":
            marks += [(each, scope) for each in getattr(annotation.slice, "elts", [])[1:]]
        for mark, where in marks:
            if isinstance(mark, ast.Call):
                name = last_name(mark.func)
                if name in INJECTED:
                    called = (
                        mark.args[0]
                        if mark.args
                        else next((k.value for k in mark.keywords if k.arg == "dependency"), None)
                    )
                    return (
                        Given(depends=(called, where))
                        if called is not None
                        else self.bound_model(annotation, scope)
                    )
                if name in MARKS:
                    return Given(MARKS[name], clean=self.is_plain(function, parameter))
        return None

    def bound_model(self, annotation: ast.expr | None, scope: Scope) -> Given:
        """``form: Annotated[OAuth2PasswordRequestForm, Depends()]``: the class itself is filled in."""
        return Given("form" if "Form" in (unparsed(annotation) if annotation else "") else "query")

    def bound(self, function: Function, parameter: Parameter) -> Given | None:
        """FastAPI: texts from the query, models from the body, anything else is not of the request."""
        if parameter.annotation is None:
            return Given("query")
        if self.is_plain(function, parameter):
            return Given("query", clean=True)
        types = self.types(parameter.annotation, function.outer)
        if any(isinstance(each.definition, Class) and is_model(each.definition) for each in types):
            return Given("body")
        if any(each.name.rpartition(".")[2] == "UploadFile" for each in types):
            return Given("upload")
        if not types or any(each.name in TEXTS or each.name.startswith("pydantic.") for each in types):
            return Given("query")
        return None

    def is_plain(self, function: Function, parameter: Parameter) -> bool:
        """Whether the framework makes a number, a date or one of a few values of it."""
        return parameter.annotation is not None and self.annotates_plain(parameter.annotation, function.outer)

    def annotates_plain(self, annotation: ast.expr, scope: Scope) -> bool:
        types = self.types(annotation, scope)
        return bool(types) and all(
            each.name in PLAIN_TYPES or (isinstance(each.definition, Class) and is_enum(each.definition))
            for each in types
        )

    def types(self, annotation: ast.expr, scope: Scope) -> list[Named]:
        annotation, scope = self.unwrapped(annotation, scope)
        if isinstance(annotation, ast.BinOp):
            return [*self.types(annotation.left, scope), *self.types(annotation.right, scope)]
        if isinstance(annotation, ast.Constant):
            return []
        if isinstance(annotation, ast.Subscript):
            kind = last_name(annotation.value)
            inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
            if kind == "Literal":
                return [Named("int")]
            if kind in {"Annotated", "Optional"}:
                return self.types(inner[0], scope)
            if kind == "Union":
                return [found for each in inner for found in self.types(each, scope)]
            if (
                kind
                in {"list", "List", "set", "Sequence", "tuple", "Iterable", "frozenset", "Set", "Collection"}
                and inner
            ):
                return self.types(inner[0], scope)
            return [Named("dict")]
        return list(self.project.resolve(annotation, scope))

    def unwrapped(self, annotation: ast.expr | None, scope: Scope) -> tuple[ast.expr, Scope]:
        """An annotation behind an alias (``User = Annotated[...]``) or in quotes."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                return ast.parse(annotation.value, mode="eval").body, scope
            except (SyntaxError, ValueError):
                return ast.Constant(None), scope
        if isinstance(annotation, ast.Name | ast.Attribute):
            for each in self.project.resolve(annotation, scope):
                if isinstance(each.definition, Variable) and each.definition.values:
                    binding = each.definition.bindings[-1]
                    if isinstance(binding.value, ast.Subscript):
                        return binding.value, binding.scope
        return annotation if annotation is not None else ast.Constant(None), scope


CONVERTERS = NUMERIC | {"str", "string", "path", "slug", "re", "alpha", "any", "ymd", "strorempty"}


def in_path(path: str) -> dict[str, bool]:
    """The names in a path, and whether only numbers fit."""
    found = {}
    for each in BRACES.finditer(path):
        kind, name = each["kind"] or each["typed"] or "", each["name"] or each["other"]
        if (
            name in CONVERTERS and kind and kind not in CONVERTERS - {"number"}
        ):  # Sanic and Bottle: ``<pk:int>``
            kind, name = name, kind
        found[name] = kind in NUMERIC or kind == "slug"
    for each in GROUPS.finditer(path):
        found[each["name"]] = fits_numbers(each["pattern"])
    return found


def fits_numbers(pattern: str) -> bool:
    """Whether nothing that could do harm fits a group of a path."""
    return re.fullmatch(r"(?:\\d|\[0-9\]|\\w|\[[\w-]+\])(?:[+*]|\{[\d,]+\})?", pattern) is not None


def texts(call: ast.Call) -> list[str]:
    given = [
        *call.args[:2],
        *(each.value for each in call.keywords if each.arg in {"path", "rule", "route", "url_path"}),
    ]
    return [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def is_model(cls: Class) -> bool:
    return any(each.name.startswith(MODELS) for each in cls.mro) or any(
        each.name.startswith("dataclasses.") for each in cls.decorators
    )


def is_enum(cls: Class) -> bool:
    return any(
        each.name.startswith("enum.") or each.name.endswith(("models.TextChoices", "models.IntegerChoices"))
        for each in cls.mro
    )


def is_view(cls: Class) -> bool:
    return any(
        each.name.rpartition(".")[2].endswith(
            ("View", "ViewSet", "Resource", "Endpoint", "HTTPEndpoint", "RequestHandler")
        )
        for each in cls.mro
    )
