"""What of what is told is secret: by its name, by what it was made of, by where it came from."""

from __future__ import annotations

import ast

from rescind.reading import Call, Class, Function, Scope, unparsed, walk
from rescind.review.flow import HARMLESS, Policy
from rescind.review.flow.names import bindings_at
from rescind.review.flow.policy import DIGESTS
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.carrying import carries
from rescind.review.naming.words import secret_kind, speaks_of_auth, words_of
from rescind.review.once import once
from rescind.review.secrets.addresses import ADDRESSES, called_function_or_name, in_address, in_link, in_url
from rescind.review.secrets.comparing import MACS
from rescind.review.secrets.mappings import held_by, is_masked
from rescind.review.secrets.named import (
    by_name,
    hides,
    in_dict,
    is_first_word,
    is_published,
    is_row,
    of_names,
)
from rescind.review.secrets.objects import in_object
from rescind.review.uses.programs import of_program, parsed
from rescind.review.uses.proven import FORMS, by_use, forms_in, secret_of_class
from rescind.review.uses.provided import remote_tokens
from rescind.review.uses.whole import WHOLE, asked_for, in_comprehension, one_of_them

BODIES = {"body", "form"}
REMOTE = "the answer of a token endpoint"


def secrets(look: Look) -> Policy:
    """Follows passwords, tokens, keys, codes, MACs, whole headers and, near a login, whole bodies."""

    def source(node: ast.expr, scope: Scope) -> str:
        return revealed(look, node, scope, policy)

    policy = Policy(
        "secrets",
        calls=frozenset(
            ["len", "type", "bool", "isinstance", "id", "hash", "int", "float", "sum", "any", "all"]
        ),
        prefixes=tuple(each for each in DIGESTS if each not in {"hmac.", "secrets."}),
        methods=frozenset(
            [
                "startswith",
                "endswith",
                "count",
                "index",
                "find",
                "keys",
                "check_password",
            ]
        ),
        special=hides,
        source=source,
        through=carries,
        whole=True,
        numbers=False,
    )
    return policy


def revealed(look: Look, node: ast.expr, scope: Scope, policy: Policy) -> str:
    """What secret an expression is by itself; empty: it has to be followed."""
    if isinstance(node, ast.Dict):
        at = look.beside(scope.module)
        return "" if is_published(at, node) else in_dict(at, node)
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        return in_address(node)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        return in_comprehension(look, node, scope)
    if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        return ""
    at = look.beside(scope.module)
    if isinstance(node, ast.Call) and of_names(at, node):
        return HARMLESS
    if isinstance(node, ast.Subscript) and is_first_word(node):
        return HARMLESS
    if isinstance(node, ast.Call) and any(MACS.match(each.name) for each in look.project.callee(node, scope)):
        return "a MAC"
    if not isinstance(node, ast.Subscript):
        found = in_object(look, node, scope, policy)
        if found:
            return found
    if isinstance(node, ast.Name) and (is_masked(at, node) or is_row(at, node, scope)):
        return parsed(at, node, scope) or HARMLESS
    return (
        by_name(look, node, scope)
        or of_form(look, node, scope)
        or of_request(look, node, scope, policy)
        or in_mapping(at, node)
        or of_program(look, node, scope)
        or in_link(at, node)
        or by_use(look, node, scope)
    )


def of_request(look: Look, node: ast.expr, scope: Scope, policy: Policy) -> str:
    if isinstance(node, ast.Name):
        return of_event(look.beside(scope.module), node) or of_failure(look, node, scope, policy)
    if isinstance(node, ast.Call | ast.Subscript):
        found = by_key(look, node, scope)
        if found:
            return found
    if not isinstance(node, ast.Attribute | ast.Call):
        return ""
    part = look.shared.flow.web.part(node, scope)
    if part in WHOLE and not one_of_them(node):
        return "" if is_answer_of_guard(look, node) else WHOLE[part]
    if part in BODIES or (part and asked_for(node) in {"arguments", "body_arguments"}):
        return in_body(look, node, scope)
    if is_answer(look.beside(scope.module), node):
        return "the body of every answer"
    if isinstance(node, ast.Attribute) and node.attr == "body" and of_mismatch(look, node, scope):
        return "the body of a request that does not fit"
    if isinstance(node, ast.Call) and called_function(node) == "build_absolute_uri" and node.args:
        return in_path_of(look, node.args[0], scope, policy)
    if part in {"url", "query", "path"} or called_function_or_name(node) in ADDRESSES:
        return in_url(look.beside(scope.module), node)
    return REMOTE if remote_tokens(node, scope) else ""


def is_answer_of_guard(look: Look, node: ast.Attribute | ast.Call) -> bool:
    """``request.auth`` of Ninja and Starlette: what the project's own check has answered."""
    own = look.shared.imports("ninja", "starlette.authentication")
    return isinstance(node, ast.Attribute) and node.attr == "auth" and own


def by_key(look: Look, node: ast.Call | ast.Subscript, scope: Scope) -> str:
    """What is taken out of a request by its key: ``event["body"]``, ``environ["wsgi.input"].read(size)``."""
    if is_header_of_cookies(look, node, scope):
        return WHOLE["cookie"]
    if is_cookie_of_session(look, node, scope):
        return "the cookie of the session"
    func = node.func if isinstance(node, ast.Call) else None
    held = func.value if isinstance(func, ast.Attribute) and func.attr == "read" else node
    if isinstance(held, ast.Subscript) and look.shared.flow.web.part(held, scope) in BODIES:
        return in_body(look, held, scope)
    return ""


def is_header_of_cookies(look: Look, node: ast.Call | ast.Subscript, scope: Scope) -> bool:
    """``request.headers["Cookie"]``"""
    held = node.value if isinstance(node, ast.Subscript) else getattr(node.func, "value", None)
    if called(node).lower() not in {"cookie", "http_cookie"} or not isinstance(held, ast.Attribute):
        return False
    return look.shared.flow.web.part(held, scope) == "header"


def is_cookie_of_session(look: Look, node: ast.Call | ast.Subscript, scope: Scope) -> bool:
    """``request.cookies["session"]``"""
    held = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    held = node.value if isinstance(node, ast.Subscript) else held
    if not isinstance(held, ast.Attribute) or look.shared.flow.web.part(held, scope) != "cookie":
        return False
    return not {"session", "sess", "sid", "auth", "remember", "login", "identity"}.isdisjoint(
        words_of(called(node))
    )


def of_event(look: Look, node: ast.Name) -> str:
    """The event of a function behind a gateway, and what a server gives to an application: both have the
    headers."""
    function = look.function(node)
    names = [each.name for each in function.parameters[-3:]] if function is not None else []
    if function is None or isinstance(look.module.parent_of(node), ast.Subscript | ast.Attribute):
        return ""
    if node.id == "event" and names[:2] == ["event", "context"]:
        text = look.module.source_of(function.node)
        return "the event with its headers" if any(each in text for each in GATEWAY) else ""
    asgi = node.id == "scope" and names == ["scope", "receive", "send"]
    wsgi = node.id == "environ" and names[-2:] == ["environ", "start_response"]
    return "all headers of the request" if asgi or wsgi else ""


GATEWAY = (
    "statusCode",
    "routeKey",
    "rawPath",
    "httpMethod",
    "queryStringParameters",
    "'headers'",
    '"headers"',
    "requestContext",
    "authorizationToken",
    "Authorization",
)


def in_mapping(look: Look, node: ast.expr) -> str:
    if not isinstance(node, ast.Name | ast.Attribute) or asked_of(look, node):
        return ""
    key = held_by(look, node)
    if secret_kind(key) == "token" and is_published(look, node):
        return HARMLESS
    return f"`{key}`" if key and key != HARMLESS else key


def asked_of(look: Look, node: ast.expr) -> bool:
    """``data.keys()``, ``data["email"]``: not the whole of it."""
    above = look.module.parent_of(node)
    if isinstance(above, ast.Attribute):
        return above.attr not in {"copy", "items", "values", "to_dict", "dict"}
    return isinstance(above, ast.Subscript) and above.value is node


def in_body(look: Look, node: ast.expr, scope: Scope) -> str:
    """Of a body as a whole, near a login; of one field of it by the field's name."""
    field = None
    if isinstance(node, ast.Attribute) and look.shared.flow.web.is_field(node.value):
        field = called(node.value)
    elif isinstance(node, ast.Call) and called_function(node) in ONE_FIELD and node.args:
        field = str(getattr(node.args[0], "value", ""))
    if field is not None:
        return f"`{field}`" if secret_kind(field) in {"password", "token", "code", "key"} else ""
    secret = in_form(look.beside(scope.module), node)
    if secret:
        return f"`{secret}` of a form"
    return "the body of a request to sign in" if near(look, node, scope) else ""


def of_failure(look: Look, node: ast.Name, scope: Scope, policy: Policy) -> str:
    """The error of a request that was sent: its text has the address, with what is in its query."""
    for each in bindings_at(node, scope):
        block = each.scope.module.parent_of(each.node) if each.kind == "except" else None
        for part in (one for line in block.body for one in walk(line)) if isinstance(block, ast.Try) else ():
            if not isinstance(part, ast.Call) or called_function(part) not in SENDS:
                continue
            if not any(one.name.startswith(CLIENTS) for one in look.project.callee(part, scope)):
                continue
            at = 1 if called_function(part) == "request" else 0
            address = Call(part, each.scope.module, ()).argument("url", at)
            if address is not None:
                return in_path_of(look, address, scope, policy)
    return ""


SENDS = frozenset(["get", "post", "put", "patch", "delete", "head", "request", "urlopen"])
CLIENTS = ("requests.", "httpx.", "urllib.", "urllib3.", "aiohttp.")


def in_path_of(look: Look, node: ast.expr, scope: Scope, policy: Policy) -> str:
    """What an address is made of: ``build_absolute_uri(reverse("reset", args=[token]))``."""
    found = look.shared.flow.origins(node, scope.module, policy)
    return next((each.name for each in found if each.kind == "named"), "")


def of_form(look: Look, node: ast.expr, scope: Scope) -> str:
    """``form.data`` of a form with a password in it."""
    if not isinstance(node, ast.Attribute) or node.attr != "data":
        return ""
    if asked_of(look.beside(scope.module), node):
        return ""
    for each in look.project.types_of(node.value, scope):
        cls = each.definition
        if isinstance(cls, Class) and any(one.name.endswith(FORMS) for one in cls.mro):
            secret = secret_of_class(look, cls)
            return f"`{secret}` of a form" if secret else ""
    return ""


def in_form(look: Look, node: ast.expr) -> str:
    """What the form, the serializer or the schema that the function reads has of secrets."""
    function = look.function(node)
    found = [
        secret_of_class(look, each) for each in (forms_in(look, function) if function is not None else ())
    ]
    return next((each for each in found if each), "")


def is_answer(look: Look, node: ast.expr) -> bool:
    """``response.get_data()`` where all answers come by."""
    name = asked_for(node)
    base = (
        node.value if isinstance(node, ast.Attribute) else getattr(getattr(node, "func", None), "value", None)
    )
    if name not in {"data", "body", "content", "text", "get_data", "get_json", "json", "media"}:
        return False
    function = look.function(node) if isinstance(base, ast.Name) else None
    if function is None or getattr(base, "id", "") not in ANSWERS or not comes_by(function):
        return False
    return gives_tokens(look)


@once
def gives_tokens(look: Look) -> bool:
    """Whether any answer of the project has a token in it."""
    return any(
        in_dict(look.beside(module), node) and isinstance(module.statement_of(node), ast.Return)
        for module in look.project.modules
        for node in module.nodes_of(ast.Dict)
    )


ANSWERS = frozenset(["response", "resp", "answer", "res"])


def of_mismatch(look: Look, node: ast.Attribute, scope: Scope) -> bool:
    """``error.body`` of what FastAPI raises for a body that does not fit: it is the whole body."""
    return any(
        each.name.endswith("RequestValidationError") for each in look.project.types_of(node.value, scope)
    )


ONE_FIELD = {"get_argument", "get_body_argument", "getfirst"}


def near(look: Look, node: ast.expr, scope: Scope) -> bool:
    """Whether a body is one of a sign-in: its function reads a password, or speaks of it, or all bodies come
    by."""
    at = look.beside(scope.module)
    function = at.function(node)
    if function is None:
        return at.near_auth(node)
    if reads_password(at, function) or comes_by(function):
        return True
    said = (unparsed(each.node) for each in function.decorators if each.name.endswith(".receiver"))
    if any("user_logged_in" in each or "user_login_failed" in each for each in said):
        return True
    return at.near_auth(node) and speaks_of_auth(function.qualname)


@once
def reads_password(_look: Look, function: Function) -> bool:
    names = (called(each) for each in function.walk() if isinstance(each, ast.expr))
    return any(secret_kind(each) == "password" for each in names)


def comes_by(function: Function) -> bool:
    """Whether every request passes it: ``@app.before_request``, the methods of a middleware."""
    words = {word for each in function.decorators for word in words_of(unparsed(each.node))}
    if words & {"middleware", "errorhandler"} or any(each <= words for each in EVERY):
        return True
    outer = function.module.function_of(function.node)
    if outer is not None and any(each.name == "get_response" for each in outer.parameters):
        return True
    if any(each.name == "call_next" for each in function.parameters):
        return True
    cls = function.cls
    return cls is not None and any("middleware" in words_of(each.name) for each in cls.mro)


EVERY = ({"before", "request"}, {"after", "request"}, {"exception", "handler"}, {"teardown", "request"})
