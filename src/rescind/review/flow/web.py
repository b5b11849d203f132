"""What of a request an expression reads: Django, DRF, Flask, Quart, FastAPI, Starlette, aiohttp, Sanic,
Tornado, Bottle, Falcon, Pyramid, plain WSGI and ASGI.

A request is told by its class, by being one of a framework's global ones, or by its name: frameworks differ,
but all of them call it ``request``.
"""

from __future__ import annotations

import ast

from rescind.reading import Project, Scope, last_name
from rescind.review.flow.origin import Part

NAMES = {"request", "req", "_request", "http_request", "websocket", "ws", "_req", "info", "django_request"}
CONNECTIONS = {"conn", "connection"}  # Starlette hands them to whoever finds out who it is
CLASSES = {
    "Request", "HttpRequest", "HTTPRequest", "WSGIRequest", "ASGIRequest", "WebSocket", "HTTPConnection",
    "BaseRequest",
    "LocalRequest", "AuthenticatedRequest",
}  # fmt: skip
CLIENTS = ("requests", "httpx", "urllib", "urllib3", "aiohttp.client", "google", "celery", "scrapy")
ATTRIBUTES: dict[str, Part] = {
    "args": "query", "GET": "query", "query": "query", "query_params": "query", "params": "query",
    "query_string": "query", "raw_args": "query", "query_args": "query", "query_arguments": "query",
    "arguments": "query", "body_arguments": "form",
    "form": "form", "POST": "form", "forms": "form", "values": "form", "post_vars": "form",
    "json": "body", "data": "body", "body": "body", "media": "body", "json_body": "body", "stream": "body",
    "bounded_stream": "body", "raw_body": "body", "content": "body", "text": "body", "load_json": "body",
    "files": "upload", "FILES": "upload", "uploads": "upload",
    "headers": "header", "META": "header", "environ": "header", "authorization": "header", "auth": "header",
    "user_agent": "header", "token": "header",
    "cookies": "cookie", "COOKIES": "cookie", "cookie_jar": "cookie",
    "view_args": "path", "match_info": "path", "matchdict": "path", "path_params": "path",
    "path": "path", "path_info": "path", "full_path": "path", "raw_path": "path",
    "url": "url", "rel_url": "url", "uri": "url", "referrer": "header", "referer": "header",
    "host": "host", "host_url": "host", "base_url": "host", "url_root": "host", "root_url": "host",
}  # fmt: skip
METHODS: dict[str, Part] = {
    "get_json": "body", "get_data": "body", "json": "body", "body": "body", "form": "form", "text": "body",
    "read": "body", "post": "form", "stream": "body", "multipart": "upload", "get_media": "body",
    "receive_text": "body", "receive_bytes": "body", "receive_json": "body", "receive": "body",
    "iter_text": "body",
    "get_cookie": "cookie", "get_cookie_values": "cookie", "get_signed_cookie": "cookie",
    "cookie": "cookie", "get_header": "header",
    "header": "header",
    "get_param": "query", "get_argument": "query", "get_arguments": "query", "get_query_argument": "query",
    "get_body_argument": "form", "get_host": "host", "get_full_path": "path", "build_absolute_uri": "host",
    "get_raw_uri": "host", "get_query_string": "query", "getfirst": "form",
}  # fmt: skip
# Tornado has them on the handler, forms and serializers on themselves: no request is named.
ON_SELF = {
    "get_argument",
    "get_arguments",
    "get_query_argument",
    "get_body_argument",
    "get_cookie",
    "get_secure_cookie",
}
VALIDATED = {"cleaned_data", "validated_data", "initial_data"}
FROM_CLIENTS = (
    "HTTP_", "CONTENT_", "QUERY_STRING", "PATH_", "REQUEST_", "SERVER_NAME", "SCRIPT_NAME", "RAW_URI",
    "wsgi.",
)  # fmt: skip
HOST_KEYS = {"host", "http_host", "server_name", "x-forwarded-host", "http_x_forwarded_host", "forwarded"}
MESSAGES = {"scope", "environ", "event"}
SCOPE_KEYS: dict[str, Part] = {
    "headers": "header", "query_string": "query", "path": "path", "raw_path": "path", "path_params": "path",
    "cookies": "cookie", "QUERY_STRING": "query", "PATH_INFO": "path", "wsgi.input": "body", "body": "body",
    "queryStringParameters": "query", "pathParameters": "path", "url_route": "path",
}  # fmt: skip


class Web:
    """Tells requests and their parts in one project."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def part(self, node: ast.expr, scope: Scope) -> Part:
        """What of a request a node reads, or nothing."""
        if isinstance(node, ast.Attribute):
            return self.attribute(node, scope)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return self.method(node.func, scope, node.args)
        if isinstance(node, ast.Subscript):
            return self.subscript(node, scope)
        return ""

    def attribute(self, node: ast.Attribute, scope: Scope) -> Part:
        if node.attr in VALIDATED:
            return "form"
        if node.attr == "kwargs" and isinstance(node.value, ast.Name) and node.value.id == "self":
            return "path"
        if node.attr == "data" and self.is_field(node.value):
            return "form"
        if node.attr == "path" and isinstance(node.value, ast.Name) and node.value.id == "self":
            return "query" if "BaseHTTPRequestHandler" in scope.module.text else ""
        part = ATTRIBUTES.get(node.attr, "")
        if node.attr == "auth" and not any(word in scope.module.text for word in ("falcon", "bottle")):
            return ""  # of most frameworks it is what they have found out
        if node.attr in {"headers", "cookies"} and getattr(node.value, "id", "") in CONNECTIONS:
            return part
        return part if part and self.is_request(node.value, scope) else ""

    def method(self, func: ast.Attribute, scope: Scope, given: list[ast.expr]) -> Part:
        if func.attr == "get" and given and getattr(func.value, "id", "") in MESSAGES:
            return self.subscript(ast.Subscript(func.value, given[0], ast.Load()), scope)
        if func.attr in ON_SELF and isinstance(func.value, ast.Name) and func.value.id == "self":
            return METHODS.get(func.attr, "cookie")
        base = func.value.func if isinstance(func.value, ast.Call) else None
        if func.attr == "clean" and base is not None and last_name(base) == "super":
            return "form"  # what a form of Django has checked
        part = METHODS.get(func.attr, "")
        return part if part and self.is_request(func.value, scope) else ""

    def reads_from(self, func: ast.expr, scope: Scope) -> bool:
        """Whether a method is one of a part of a request: ``request.rel_url.query.get``."""
        while isinstance(func, ast.Attribute):
            func = func.value
            if self.part(func, scope):
                return True
        return False

    def subscript(self, node: ast.Subscript, scope: Scope) -> Part:
        """``scope["headers"]``, ``environ["HTTP_COOKIE"]``, ``event["body"]``; a Host is no other header."""
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if not isinstance(key, str):
            return ""
        if (isinstance(node.value, ast.Name) and node.value.id in MESSAGES) or is_own_scope(node.value):
            if key.startswith("HTTP_"):
                return "host" if key.lower() in HOST_KEYS else "cookie" if key == "HTTP_COOKIE" else "header"
            return SCOPE_KEYS.get(key, "")
        return self.keyed(node.value, key, scope)

    def keyed(self, node: ast.expr, key: str, scope: Scope) -> Part:
        """Of ``request.headers`` with a key: is it the Host, or what the server itself sets?"""
        if isinstance(node, ast.Attribute) and self.attribute(node, scope) == "header":
            return "host" if key.lower() in HOST_KEYS else "header"
        return ""

    def is_of_server(self, node: ast.expr, key: ast.expr, scope: Scope) -> bool:
        """``request.environ["desk.member"]``: what a server or middleware has put there, and no client
        (PEP 3333)."""
        if not isinstance(node, ast.Attribute) or node.attr not in {"environ", "META"}:
            return False
        texts = self.project.values_of(key, scope).texts
        return bool(texts) and not any(each.startswith(FROM_CLIENTS) for each in texts)

    def is_request(self, node: ast.expr, scope: Scope) -> bool:
        if isinstance(node, ast.Attribute) and node.attr in {"request", "req", "_request", "context", "GET"}:
            return node.attr != "GET"
        found = self.project.resolve(node, scope) if isinstance(node, ast.Name | ast.Attribute) else ()
        names = [each.name for each in found] + [each.name for each in self.project.types_of(node, scope)]
        if any(name.split("()")[0].startswith(CLIENTS) for name in names):
            return False
        if any(name.rpartition(".")[2] in CLASSES or name.endswith(".request") for name in names):
            return True
        return isinstance(node, ast.Name) and node.id in NAMES

    @staticmethod
    def is_field(node: ast.expr) -> bool:
        """``form.name`` of WTForms."""
        return (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and (node.value.id == "form" or node.value.id.endswith("_form"))
        )


def is_own_scope(node: ast.AST) -> bool:
    """``self.scope`` of a consumer of Channels."""
    return (
        isinstance(node, ast.Attribute) and node.attr == "scope" and getattr(node.value, "id", "") == "self"
    )
