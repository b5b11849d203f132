"""What is true of a request of nobody: the values of expressions about ``request`` and its user."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from rescind.paths.django.things import (
    COOKIES,
    GROUPS,
    HEADERS,
    NO_ROWS,
    QUERY,
    REQUEST,
    SELF,
    SESSION,
    UNKNOWN,
    USER,
    Raised,
    Seen,
    Thing,
    sent,
    truth,
)
from rescind.paths.following.known import DECODERS
from rescind.reading import Function, Named, Project
from rescind.reading.scopes import Scope

FALSE = {"is_authenticated", "is_staff", "is_superuser", "is_active"}
ANYBODY = {"is_anonymous": True, "pk": None, "id": None, "username": ""}
PERMISSION = {"has_perm", "has_perms", "has_module_perms", "ahas_perm", "ahas_perms"}
PARTS = {"COOKIES": COOKIES, "META": HEADERS, "headers": HEADERS, "GET": QUERY, "query_params": QUERY}
UNSIGNED = ("django.core.signing.loads", "Signer.unsign", "Signer.unsign_object")
SECRET = re.compile(r"token|key|sig|secret|code|auth", re.IGNORECASE)


def is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


class Nobody:
    """Evaluates expressions; `Anonymous` adds statements."""

    scope: Scope

    def __init__(self, project: Project, route: dict[str, Any]) -> None:
        self.project = project
        self.route = route
        self.env: dict[str, Any] = {}
        self.seen = Seen()

    def called(self, function: Function, given: dict[str, Any]) -> Any:
        raise NotImplementedError  # Anonymous

    def name_of(self, node: ast.Call) -> str:
        found = self.project.callee(node, self.scope)
        return found[0].name if found else ""

    def of(self, node: ast.expr) -> Any:
        handler: Callable[[Any], Any] | None = getattr(self, f"of_{type(node).__name__}", None)
        if handler is not None:
            return handler(node)
        for each in ast.iter_child_nodes(node):
            if isinstance(each, ast.expr):
                self.of(each)
        return UNKNOWN

    def of_Constant(self, node: ast.Constant) -> Any:
        return node.value

    def of_Await(self, node: ast.Await) -> Any:
        return self.of(node.value)

    def of_NamedExpr(self, node: ast.NamedExpr) -> Any:
        value = self.env[node.target.id] = self.of(node.value)
        return value

    def of_Name(self, node: ast.Name) -> Any:
        if node.id in self.env:
            return self.env[node.id]
        if node.id == "request":  # of the function around it
            return REQUEST
        only = self.project.values_of(node, self.scope).only
        return UNKNOWN if only is None or isinstance(only.value, Named) else only.value

    def of_List(self, node: ast.List | ast.Tuple | ast.Set) -> Any:
        values = [self.of(each) for each in node.elts]
        return UNKNOWN if any(isinstance(each, Thing) for each in values) else values

    of_Tuple = of_Set = of_List

    def of_Attribute(self, node: ast.Attribute) -> Any:
        return self.attribute(self.of(node.value), node.attr, node)

    def attribute(self, base: Any, name: str, node: ast.expr | None = None) -> Any:
        if base is SELF:
            if name == "request":
                return REQUEST
            if name == "action":
                return self.route.get("action", UNKNOWN)
            return self.settled(node)
        if base is REQUEST:
            return self.of_request(name)
        if base is USER:
            self.seen.saw_user(name)
            if name in FALSE:
                return False
            if name in ANYBODY:
                return ANYBODY[name]
            if name in {"groups", "user_permissions"}:
                self.seen.roles.add(name)
                return GROUPS
            if name in PERMISSION or name.startswith("get_"):
                return UNKNOWN
            raise Raised("AttributeError")  # AnonymousUser has no other
        return self.settled(node) if base is UNKNOWN else base if base is GROUPS else UNKNOWN

    def settled(self, node: ast.expr | None) -> Any:
        """The value of a name of the source, where that is certain."""
        if node is None:
            return UNKNOWN
        only = self.project.values_of(node, self.scope).only
        return UNKNOWN if only is None or isinstance(only.value, Named) else only.value

    def of_request(self, name: str) -> Any:
        if name == "user":
            self.seen.saw_user("")
            return USER
        if name == "session":
            return SESSION
        if name == "method":
            method = self.route.get("method")
            return UNKNOWN if method in {None, "ANY"} else method
        if name in {"path", "path_info"}:
            return Thing("path")
        if name == "auth":
            self.seen.saw_user("auth")
            return None
        if name in {"resolver_match", "get_full_path", "build_absolute_uri"}:
            self.seen.path = True
        return PARTS.get(name, UNKNOWN)

    def of_Subscript(self, node: ast.Subscript) -> Any:
        base = self.of(node.value)
        key = self.of(node.slice) if not isinstance(node.slice, ast.Slice) else UNKNOWN
        if sent(base) and self.looked(base, key):
            raise Raised("KeyError")
        return UNKNOWN

    def looked(self, base: Any, key: Any) -> bool:
        """Whether that would be a credential, which is not there."""
        if not isinstance(key, str):
            return False
        if base is SESSION:
            self.seen.saw(f"session:{key}")
            return True
        if base is HEADERS:
            key = key.removeprefix("HTTP_").replace("_", "-").lower()
            if key in {
                "remote-addr",
                "server-name",
                "host",
                "user-agent",
                "accept",
                "content-type",
                "referer",
                "origin",
            }:
                return False
        if base is QUERY and not SECRET.search(key):
            return False
        self.seen.saw("bearer" if key == "authorization" and base is HEADERS else f"{base.name}:{key}")
        return True

    def of_Compare(self, node: ast.Compare) -> Any:
        left, rights = self.of(node.left), [self.of(each) for each in node.comparators]
        if len(rights) != 1:
            return UNKNOWN
        op, right = node.ops[0], rights[0]
        if sent(right) and isinstance(op, ast.In | ast.NotIn):
            return isinstance(op, ast.NotIn) if self.looked(right, left) else UNKNOWN
        if isinstance(left, Thing) and left.name == "path":
            return self.of_path(op, right)
        if isinstance(right, Thing) and right.name == "path":
            return self.of_path(op, left)
        if isinstance(left, Thing) or isinstance(right, Thing):
            if left is GROUPS or right is GROUPS:
                return False
            return UNKNOWN
        try:
            return COMPARED[type(op)](left, right)
        except (KeyError, TypeError):
            return UNKNOWN

    def of_path(self, op: ast.cmpop, other: Any) -> Any:
        path = self.route["path"]
        if isinstance(other, Thing) or "<" in path or "(" in path or type(op) not in COMPARED:
            self.seen.path = True
            return UNKNOWN
        try:
            return COMPARED[type(op)](path, other)
        except TypeError:
            return UNKNOWN

    def of_BoolOp(self, node: ast.BoolOp) -> Any:
        wanted = isinstance(node.op, ast.Or)
        unsure = False
        value: Any = UNKNOWN
        for each in node.values:
            value = self.of(each)
            found = truth(value)
            if found is wanted:
                return value
            if found is None:
                unsure = True
        return UNKNOWN if unsure else value

    def of_UnaryOp(self, node: ast.UnaryOp) -> Any:
        value = truth(self.of(node.operand))
        return UNKNOWN if value is None or not isinstance(node.op, ast.Not) else not value

    def of_IfExp(self, node: ast.IfExp) -> Any:
        value = truth(self.of(node.test))
        if value is None:
            self.of(node.body)
            self.of(node.orelse)
            return UNKNOWN
        return self.of(node.body if value else node.orelse)

    def of_Lambda(self, _node: ast.Lambda) -> Any:
        return UNKNOWN

    # calls

    def of_Call(self, node: ast.Call) -> Any:
        named = self.project.callee(node, self.scope)
        if named and (named[0].name in DECODERS or named[0].name.endswith(UNSIGNED)):
            for argument in node.args:
                self.of(argument)
            raise Raised("")  # nothing was signed
        for each in named:
            if isinstance(each.definition, Function):
                return self.into(each.definition, node)
        if isinstance(node.func, ast.Name):
            return self.by_name(node.func.id, node)
        if isinstance(node.func, ast.Attribute):
            return self.method(node.func, node)
        return UNKNOWN

    def by_name(self, name: str, node: ast.Call) -> Any:
        given = [self.of(each) for each in node.args]
        if name == "bool" and given:
            value = truth(given[0])
            return UNKNOWN if value is None else value
        if name in {"getattr", "hasattr"} and len(given) > 1 and isinstance(given[1], str):
            try:
                found = self.attribute(given[0], given[1])
            except Raised:
                return given[2] if len(given) > 2 else False if name == "hasattr" else UNKNOWN
            return True if name == "hasattr" and given[0] is USER else found
        if name == "isinstance" and len(node.args) == 2 and given[0] is USER:
            return "AnonymousUser" in ast.unparse(node.args[1])
        return UNKNOWN

    def method(self, func: ast.Attribute, node: ast.Call) -> Any:
        base = self.of(func.value)
        given = [self.of(each) for each in node.args]
        for keyword in node.keywords:
            self.of(keyword.value)
        name = func.attr
        if base is REQUEST and name == "auser":
            self.seen.saw_user("")
            return USER
        if base is USER:
            self.seen.saw_user(name)
            if name in PERMISSION:
                self.seen.roles |= {str(each) for each in given if isinstance(each, str)} or {name}
                return False
            return UNKNOWN
        if base is GROUPS:
            return False if name in {"exists", "count", "first", "aexists"} else GROUPS
        found = self.of_rows(base, name, func, node)
        if found is not UNKNOWN:
            return found
        if is_super(func.value):
            return self.route.get("super", UNKNOWN)
        if sent(base) and name == "get" and given:
            return (given[1] if len(given) > 1 else None) if self.looked(base, given[0]) else UNKNOWN
        if isinstance(base, Thing) and base.name == "path" and name in {"startswith", "endswith"} and given:
            return self.path_begins(name, given[0])
        if isinstance(base, str) and name in {
            "startswith",
            "endswith",
            "lower",
            "upper",
            "strip",
            "removeprefix",
        }:
            return getattr(base, name)(*given) if all(isinstance(each, str) for each in given) else UNKNOWN
        return UNKNOWN

    def of_rows(self, base: Any, name: str, func: ast.Attribute, node: ast.Call) -> Any:
        """A query by a credential that is not there finds nothing."""
        if base is NO_ROWS:
            return {"exists": False, "count": 0, "first": None, "last": None, "get": UNKNOWN}.get(
                name, NO_ROWS
            )
        if (
            not self.seen.sources
            or name not in {"get", "aget", "filter"}
            or "objects" not in ast.unparse(func)
        ):
            return UNKNOWN
        if not any(self.of(each.value) in (None, "") for each in node.keywords):
            return UNKNOWN
        if name == "filter":
            return NO_ROWS
        raise Raised("DoesNotExist")

    def path_begins(self, name: str, other: Any) -> Any:
        path = re.split(r"[<(]", self.route["path"])[0]
        whole = path == self.route["path"]
        options = tuple(other) if isinstance(other, list) else other
        if isinstance(options, str | tuple) and (whole or name == "startswith"):
            found = getattr(path, name)(options)
            shorter = all(
                len(each) <= len(path) for each in ([options] if isinstance(options, str) else options)
            )
            if found or whole or shorter:
                return found
        self.seen.path = True
        return UNKNOWN

    def into(self, function: Function, node: ast.Call) -> Any:
        plain = [each.name for each in function.parameters if each.kind == "plain"]
        given: dict[str, Any] = {}
        if function.cls is not None and not function.is_static and isinstance(node.func, ast.Attribute):
            given[plain[0] if plain else "self"] = SELF
            plain = plain[1:]
        given |= {name: self.of(each) for name, each in zip(plain, node.args, strict=False)}
        given |= {each.arg: self.of(each.value) for each in node.keywords if each.arg}
        return self.called(function, given)


COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
}
