"""What is told to logs, terminals and errors, and what of it is secret."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Class, Scope, walk
from rescind.review.called import called, called_function
from rescind.review.carrying import carries
from rescind.review.comparing import MACS
from rescind.review.flow import Policy
from rescind.review.flow.names import bindings_at
from rescind.review.flow.policy import DIGESTS
from rescind.review.look import Look
from rescind.review.words import secret_kind, speaks_of_auth, words_of

LEVELS = {
    "debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log", "trace",
    "success", "msg",
    "notice", "write", "ainfo", "adebug", "aerror", "awarning",
}  # fmt: skip
LOGGERS = frozenset(["log", "logger", "logging", "logs", "slog", "audit", "lgr", "loguru"])
LIBRARIES = ("logging.", "structlog.", "loguru.", "twisted.logger", "eliot.")
REPORTS = {
    "capture_message",
    "set_extra",
    "set_context",
    "set_tag",
    "add_breadcrumb",
    "set_attribute",
    "add_event",
}
HIDES = frozenset(
    ["mask", "masked", "redact", "redacted", "censor", "obfuscate", "hide", "hidden", "anonymize",
    "anonymise", "scrub",
     "fingerprint", "sanitize", "sanitise", "shorten", "preview", "prefix", "hash", "hashed", "digest",
     "encrypt", "encrypted", "len"]
)  # fmt: skip
PUBLIC_TOKENS = frozenset(
    ["nonce", "ticket", "csrf", "csrftoken", "xsrf", "next", "public", "page", "cursor", "pagination"]
)
WHOLE = {"header": "all headers of the request", "cookie": "all cookies of the request"}
BODIES = {"body", "form"}


class Told(NamedTuple):
    """Something that is told: by which call, and what."""

    call: ast.AST
    what: list[ast.expr]
    where: str


def told(look: Look, node: ast.AST) -> Told | None:
    """What a node tells to a log, a terminal or an error; None: nothing."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        texts = [each for each in (*node.exc.args, *(k.value for k in node.exc.keywords)) if is_text(each)]
        return Told(node, texts, "an error") if texts else None
    if not isinstance(node, ast.Call):
        return None
    func = node.func
    everything = [*node.args, *(each.value for each in node.keywords)]
    if isinstance(func, ast.Attribute) and func.attr in LEVELS and is_logger(look, func):
        return Told(node, everything, "a log")
    if isinstance(func, ast.Attribute) and func.attr in REPORTS:
        return Told(node, everything, "a report")
    if isinstance(func, ast.Name) and func.id in {"print", "pprint"} and not for_people(look):
        return Told(node, everything, "what is printed")
    return None


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr | ast.BinOp) or (
        isinstance(node, ast.Call) and called_function(node) == "format"
    )


def is_logger(look: Look, func: ast.Attribute) -> bool:
    names = words_of(called(func.value))
    if func.attr == "write":
        return look.name(func).startswith(("sys.stderr", "sys.stdout")) and not for_people(look)
    if LOGGERS.intersection(names):
        return True
    return look.name(func).startswith(LIBRARIES)


def for_people(look: Look) -> bool:
    """A program for the terminal prints what somebody asked for."""
    parts = set(look.module.file.replace(".py", "").split("/"))
    return bool(
        parts
        & {
            "management",
            "commands",
            "cli",
            "demo",
            "scripts",
            "script",
            "bin",
            "tools",
            "__main__",
            "manage",
            "setup",
        }
    )


def secrets(look: Look) -> Policy:
    """Follows passwords, tokens, keys, codes, MACs, whole headers and, near a login, whole bodies."""
    project = look.project

    def source(node: ast.expr, scope: Scope) -> str:
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
            named = by_name(look, node, scope)
            if named:
                return named
        if isinstance(node, ast.Dict):
            return in_dict(node)
        if isinstance(node, ast.Call) and any(MACS.match(each.name) for each in project.callee(node, scope)):
            return "a MAC"
        if isinstance(node, ast.Attribute | ast.Call):
            part = look.shared.flow.web.part(node, scope)
            if part in WHOLE and not one_of_them(node):
                return WHOLE[part]
            if part in BODIES:
                return in_body(look, node, scope)
            if remote_tokens(look, node, scope):
                return "the answer of a token endpoint"
        if isinstance(node, ast.Name | ast.Attribute) and project.name_of(node, scope) == "os.environ":
            return "the environment"
        return ""

    return Policy(
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


DECODERS = ("jwt.", "jose.", "joserfc.", "authlib.", "google.auth.", "google.oauth2.")


def hides(node: ast.Call, names: list[str]) -> bool:
    """Whether what comes out is no secret any more: masked, or the claims of a token."""
    name = called_function(node)
    if name.startswith(("decode", "verify")) and any(each.startswith(DECODERS) for each in names):
        return True
    return name != "hash_password" and not HIDES.isdisjoint(words_of(name))


def by_name(look: Look, node: ast.expr, scope: Scope) -> str:
    """A secret by how it is called, unless what it holds is no text of it."""
    name = called(node)
    words = words_of(name)
    kind = secret_kind(name)
    above = look.beside(scope.module).module.parent_of(node)
    if isinstance(above, ast.Attribute) and above.attr in {"items", "keys", "values"}:
        return ""  # of a mapping anything may come
    if isinstance(above, ast.For | ast.AsyncFor | ast.comprehension) and above.iter is node:
        return ""  # each of them has a name of its own
    if not kind or kind == "digest" or not PUBLIC_TOKENS.isdisjoint(words):
        return ""
    if words[-1] in {"id", "sid"} or (
        kind == "token" and isinstance(node, ast.Name) and name.lstrip("_").isupper()
    ):
        return ""
    if isinstance(node, ast.Call) and (called_function(node) not in KEEPS or of_module(node, scope)):
        return ""
    if isinstance(node, ast.Name) and not holds_text(look, node, scope):
        return ""
    if kind == "token" and isinstance(node, ast.Name) and has_fields(node, scope):
        return ""  # a row that is about a token; credentials as an object say all that is in it
    return f"`{name}`"


KEEPS = {
    "get",
    "pop",
    "getenv",
    "get_secret_value",
    "encode",
    "decode",
    "strip",
    "str",
    "getfirst",
    "get_argument",
    "get_body_argument",
}


def of_module(node: ast.Call, scope: Scope) -> bool:
    """``jwt.decode(...)`` gives what is in a token, whatever the module is called."""
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(base, ast.Name) and any(each.kind == "import" for each in bindings_at(base, scope))


def holds_text(look: Look, node: ast.Name, scope: Scope) -> bool:
    for each in bindings_at(node, scope):
        if each.kind in {"import", "function", "class", "for", "except"} and each.kind != "for":
            return False
        if each.annotation is not None:
            types = look.shared.flow.entries.types(each.annotation, each.scope.parent or each.scope)
            if any(
                isinstance(one.definition, Class) or one.name.endswith(("SecretStr", "int", "bool"))
                for one in types
            ):
                return False
        value = each.value if each.kind == "assign" else None
        if isinstance(value, ast.Constant | ast.List | ast.Dict | ast.Set | ast.Tuple | ast.Compare):
            return False
        if (
            isinstance(value, ast.Subscript)
            and isinstance(value.slice, ast.Slice)
            and value.slice.upper is not None
        ):
            return False
        if isinstance(value, ast.Call) and (hides(value, []) or is_object(look, value, each.scope)):
            return False
    return True


# What texts, bytes and mappings have; whoever is asked for anything else is an object, which says what its
# class says.
OF_TEXTS = frozenset(name for kind in (str, bytes, dict) for name in dir(kind))


def has_fields(node: ast.Name, scope: Scope) -> bool:
    """Whether the function asks it for something that no text has: ``token.expires_at``."""
    return any(
        isinstance(each, ast.Attribute)
        and isinstance(each.value, ast.Name)
        and each.value.id == node.id
        and each.attr not in OF_TEXTS
        for each in walk(scope.node)
    )


def in_body(look: Look, node: ast.expr, scope: Scope) -> str:
    """Of a body as a whole, near a login; of one field of it by the field's name."""
    field = None
    if isinstance(node, ast.Attribute) and look.shared.flow.web.is_field(node.value):
        field = called(node.value)
    elif isinstance(node, ast.Call) and called_function(node) in ONE_FIELD and node.args:
        field = str(getattr(node.args[0], "value", ""))
    if field is not None:
        return f"`{field}`" if secret_kind(field) in {"password", "token", "code", "key"} else ""
    return "the body of a request to sign in" if near(look, node, scope) else ""


ONE_FIELD = {"get_argument", "get_body_argument", "getfirst"}


def is_object(look: Look, call: ast.Call, scope: Scope) -> bool:
    """``Token.objects.get(...)``, ``Key(...)``: prints what its class says."""
    types = look.project.types_of(call, scope)
    if any(isinstance(each.definition, Class) for each in types):
        return True
    kind = look.shared.flow.stores.kind(call, scope)
    return kind == "store" and called_function(call) not in {"get", "hget", "scalar", "fetchval"}


def in_dict(node: ast.Dict) -> str:
    for key, value in zip(node.keys, node.values, strict=True):
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
        if secret_kind(name) in {"password", "token", "key", "code"} and not isinstance(value, ast.Constant):
            return f"`{name}`"
    return ""


def one_of_them(node: ast.expr) -> bool:
    """``request.path`` is a part, ``request.headers`` are all of them; ``request.user_agent`` is one."""
    name = (
        node.attr
        if isinstance(node, ast.Attribute)
        else called_function(node)
        if isinstance(node, ast.Call)
        else ""
    )
    return name not in {"headers", "META", "environ", "cookies", "COOKIES", "authorization", "auth"}


def near(look: Look, node: ast.expr, scope: Scope) -> bool:
    at = look.beside(scope.module)
    function = at.function(node)
    return at.near_auth(node) and (
        function is None
        or speaks_of_auth(function.qualname)
        or "password" in at.module.source_of(function.node)
    )


def remote_tokens(look: Look, node: ast.expr, scope: Scope) -> bool:
    """``answer.text`` where the answer came from an address of tokens or logins."""
    base = (
        node.value
        if isinstance(node, ast.Attribute)
        else getattr(node.func, "value", None)
        if isinstance(node, ast.Call)
        else None
    )
    attr = (
        node.attr
        if isinstance(node, ast.Attribute)
        else called_function(node)
        if isinstance(node, ast.Call)
        else ""
    )
    if attr not in {"text", "content", "json"} or not isinstance(base, ast.Name):
        return False
    for each in bindings_at(base, scope):
        if isinstance(each.value, ast.Call | ast.Await):
            call = each.value.value if isinstance(each.value, ast.Await) else each.value
            if isinstance(call, ast.Call) and called_function(call) in {"post", "get", "request", "fetch"}:
                texts = [
                    one.value
                    for argument in call.args[:2]
                    for one in walk(argument)
                    if isinstance(one, ast.Constant)
                ]
                if any(
                    isinstance(text, str) and {"token", "oauth", "login", "oauth2"} & set(words_of(text))
                    for text in texts
                ):
                    return True
    return False


def everything_told(look: Look) -> Iterator[Told]:
    for node in look.nodes:
        found = told(look, node)
        if found is not None:
            yield found
