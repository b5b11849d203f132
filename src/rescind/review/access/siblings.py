"""The handlers of one router, class or module, and what is asked before each of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Class as Defined
from rescind.reading import Function, unparsed
from rescind.review.access.deciding import TELL
from rescind.review.access.guards import (
    ASKS_WHO,
    asked_inside,
    class_setting,
    guards,
    methods_of,
    of_class,
)
from rescind.review.access.harmless import asks_by_address, leaves_address, leaves_nothing
from rescind.review.access.mapped import mapped, owned_mappings
from rescind.review.access.owned import belongs, shown
from rescind.review.access.parents import accounts
from rescind.review.access.persons import persons_of
from rescind.review.access.proving import proves
from rescind.review.access.reached import by_helpers
from rescind.review.access.routers import of_router
from rescind.review.access.rows import rows
from rescind.review.access.ways import area_of, things, verbs_of
from rescind.review.access.within import heirs
from rescind.review.flow.entries import FALCON, HANDLERS, in_path, is_view
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called_function
from rescind.review.naming.words import words_of

# Everybody may come there, signed in or not.
PUBLIC = frozenset(
    ["login", "logout", "signin", "signout", "sign", "register", "signup", "health", "healthz", "ping",
    "webhook", "webhooks", "hook",
     "callback", "public", "token", "tokens", "forgot", "forgotten", "reset", "confirm", "verify",
     "activate", "static", "about", "refresh",
     "oauth", "csrf", "version", "metrics", "contact", "subscribe", "unsubscribe", "guest", "join",
     "invitation", "auth", "authorize",
     "session", "sso", "otp", "mfa", "code", "link", "answer", "captcha", "recover", "gate"]
)  # fmt: skip
WRITES = {
    "delete",
    "save",
    "update",
    "create",
    "remove",
    "insert",
    "commit",
    "update_one",
    "delete_one",
    "insert_one",
    "bulk_create",
}
VERBS = {"post", "put", "patch", "delete"}
ROLES = frozenset(
    ["admin", "administrator", "admins", "staff", "superuser", "role", "roles", "permission", "permissions",
     "scope", "scopes", "manager", "moderator"]
)  # fmt: skip
SIGNED_IN = frozenset(["authenticated", "auth", "current", "guard", "in", "jwt", "logged", "login",
                       "refuses", "required", "session", "signed", "token", "user"])  # fmt: skip


class Handler(NamedTuple):
    """A function or a class that answers requests, and what is asked before it.

    ``risky``: it changes something, or reads what an id names; ``acts``: it changes something; ``plain``:
    whoever is signed in gets there, and no more is asked; ``open``: it is for everybody by its name or its
    path, or who sends a request shows by itself that they may; ``mine``: it is about who is signed in;
    ``about``: of what it is, by the words of its name and path; ``area``: what its path begins with.
    """

    made: Function | Defined
    group: str
    guarded: bool
    risky: bool
    role: bool = False
    plain: bool = False
    acts: bool = False
    open: bool = False
    mine: bool = False
    about: frozenset[str] = frozenset()
    area: str = ""
    path: str = ""
    verbs: frozenset[str] = frozenset()


def handlers(look: Look) -> list[Handler]:
    """All of a module."""
    return [*functions(look), *classes(look), *methods(look), *sockets(look)]


def functions(look: Look) -> Iterator[Handler]:
    for function in look.module.functions:
        routes = look.shared.flow.entries.routes(function)
        configured = any(each.name.endswith("view_config") for each in function.decorators)
        if (function.cls is not None and not configured) or not (routes or configured) or says_open(function):
            continue
        groups = [
            unparsed(each.call.func.value)
            for each in function.decorators
            if each.call and isinstance(each.call.func, ast.Attribute)
        ]
        paths = [route.path for route in routes]
        words = {word for path in paths for word in words_of(path)} | set(words_of(function.name))
        group = f"function {groups[-1] if groups else ''}"
        public = bool(words & PUBLIC)
        if is_socket(function):
            known = TELL.search(look.module.source_of(function.node)) is not None
            yield Handler(
                function, group, known or bool(guards(look, function)), risky=True, open=public, acts=True
            )
            continue
        above = of_router(look, function) | of_view(function)
        asked = set(before(look, function)) | above
        if any(each.name.startswith("litestar.") for each in function.decorators) and guarded_above(look):
            asked |= {"session"}
        acts = changes(function) or does(function, paths)
        by_id = any(in_path(path) for path in paths)
        yield Handler(
            function,
            group,
            guarded=bool(asked),
            risky=(acts and not leaves_nothing(look, function)) or (by_id and reads(look, function)),
            role=bool(asked & ROLES),
            plain=asked <= SIGNED_IN,
            acts=acts,
            open=public or lets_in(function) or (not asked and shows_itself(look, function, by_id)),
            area=area_of(paths),
            path=paths[0] if len(paths) == 1 else "",
            verbs=verbs_of(function),
            mine="me" in words or for_sender(look, function),
            about=things(function, paths),
        )


def shows_itself(look: Look, function: Function, by_id: bool) -> bool:
    """Whether it is for visitors: they show something, or leave an address that something is sent to."""
    if proves(look, function) or leaves_address(look, function, by_id):
        return True
    return not by_id and asks_by_address(look, function)


def for_sender(look: Look, function: Function) -> bool:
    """Whether who is signed in is used, and not only asked for."""
    persons = persons_of(look, function)
    return any(persons.says_who(each, persons.names) for each in function.node.body)


def of_view(function: Function) -> set[str]:
    """``@view_defaults(permission="garden")`` of Pyramid."""
    found: set[str] = set()
    for each in function.cls.decorators if function.cls is not None else ():
        if each.name.endswith("view_defaults") and "permission=" in unparsed(each.node):
            found.add("guarded")
    return found


# Of calls whose answer nobody wants, and that change nothing.
TELLS = frozenset(
    ["log", "info", "warning", "debug", "error", "exception", "print", "validate", "check", "require",
     "ensure", "append", "header", "write", "render", "redirect", "status", "flash", "track", "raise",
     "close", "sleep",
     "wait", "audit", "abort", "increment", "incr", "observe", "headers", "verify", "authorize", "assert",
     "accept", "respond", "setdefault", "extend", "cookie"]
)  # fmt: skip


def does(function: Function, paths: list[str]) -> bool:
    """Whether something is done to what an id in the path names, by whatever verb:
    ``articles.withdraw(article_id)``."""
    known = {name for path in paths for name in in_path(path)}
    if not known:
        return False
    for node in function.walk():
        value = node.value if isinstance(node, ast.Expr) else None
        value = value.value if isinstance(value, ast.Await) else value
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
            continue
        if TELLS & set(words_of(value.func.attr)):
            continue
        for each in arguments(value):
            text = unparsed(each)
            if (isinstance(each, ast.Name) and each.id in known) or any(
                f"path_params['{name}']" in text or f"match_info['{name}']" in text for name in known
            ):
                return True
    return False


def says_open(function: Function) -> bool:
    """``auth=[Bearer(), AllowAnonymous()]``: nothing was forgotten there."""
    said = [
        unparsed(each.value)
        for decorator in function.decorators
        for each in (decorator.call.keywords if decorator.call is not None else ())
        if each.arg in {"auth", "permission_classes", "guards", "dependencies"}
    ]
    return any("Anonymous" in each or "AllowAny" in each for each in said)


SIGNS_IN = re.compile(
    r"session\[[^]]+\] = |login_user\(|\blogin\(|check_?pass|verify_?pass|password_?verify|checkpw"
    r"|authenticate\("
)
SIGNS_UP = re.compile(r"hash_?pass|pass\w*_?hash|create_user\(|set_password\(|hashpw|\.hash\(")
FORGOTTEN = re.compile(
    r"(?i)forgot|vergess|olvid|restablec|esquec|oubli|r(?:ue|ü)cksetz|reset\w*passw|passw\w*reset"
)
RIGHTS_TAKEN = re.compile(r"[\"'.](?:roles?|is_admin|is_staff|is_superuser|admin|permissions)\b[\"']?")
MAKES = re.compile(r"\.add\(|\.create\(|insert|create_user\(|\.save\(", re.IGNORECASE)


def lets_in(function: Function) -> bool:
    """Whether it signs somebody in or up, by what it does: nobody has to be signed in for that."""
    text = "\n".join(function.module.source_of(each) for each in function.node.body)
    if RIGHTS_TAKEN.search(text):
        return False  # nobody signs up with a right
    return (
        SIGNS_IN.search(text) is not None
        or FORGOTTEN.search(text) is not None
        or (SIGNS_UP.search(text) is not None and MAKES.search(text) is not None)
    )


def reads(look: Look, function: Function) -> bool:
    """Whether what it finds may be somebody's: a model that nobody is asked for is for all, and so is what
    has an author."""
    found = [*rows(look, function), *by_helpers(look, function), *mapped(look, function)]
    kinds = {row.kind for row in found}
    if not kinds.isdisjoint(owned_mappings(look)):
        return True
    if not kinds:
        return any(called_function(call.node) in READS for call in function.calls)
    return not kinds.isdisjoint(belongs(look).keys() - (shown(look) - accounts(look)))


def is_socket(function: Function) -> bool:
    """``@app.websocket("/rooms/{room}")``"""
    return any(
        each.call is not None and called_function(each.call) in {"websocket", "websocket_route"}
        for each in function.decorators
    )


def sockets(look: Look) -> Iterator[Handler]:
    """Consumers of Channels, that let in by ``connect``."""
    for cls in look.module.classes if "Consumer" in look.module.text else ():
        if not any(each.name.endswith("Consumer") and each.definition is None for each in cls.mro):
            continue
        opens = [each for each in methods_of(cls) if each.name in {"connect", "websocket_connect"}]
        asked = any(TELL.search(each.module.source_of(each.node)) is not None for each in methods_of(cls))
        known = (
            asked or any("'user'" in unparsed(each.node) for each in methods_of(cls)) or bool(of_class(cls))
        )
        yield Handler(opens[0] if opens and opens[0].cls is cls else cls, "consumer", known, bool(opens))


def guarded_above(look: Look) -> bool:
    """Whether some application or router of Litestar in the project guards all that is behind it."""
    return any(
        keyword.arg in {"guards", "on_app_init", "middleware"}
        for module in look.project.modules
        if "litestar" in module.text
        for call in look.beside(module).calls
        if called_function(call.node) in {"Litestar", "Router"}
        for keyword in call.node.keywords
    )


def before(look: Look, function: Function) -> frozenset[str]:
    """What is asked before a handler runs; of one that asks inside nothing is known."""
    return guards(look, function) | ({"inside"} if asks_role(function) else set())


def asks_role(function: Function) -> bool:
    return bool(asked_inside(function) - SIGNED_IN)


# Generic views that change what an id in the path names.
CHANGING = ("UpdateView", "DeleteView", "DestroyAPIView", "UpdateAPIView")


def classes(look: Look) -> Iterator[Handler]:
    for cls in look.module.classes:
        methods = [each for each in cls.methods if each.name in HANDLERS]
        if not is_view(cls) or heirs(look).get(cls.qualname):
            continue  # those that go on from it are asked for themselves
        if any(answers(look, each) for each in methods):
            continue
        guarded = bool(of_class(cls)) or any(
            guards(look, each) or of_router(look, each) for each in cls.methods
        )
        acts = any(each.name in VERBS and changes(each) for each in methods)
        acts = acts or any(each.name.endswith(CHANGING) and each.definition is None for each in cls.mro)
        shown = any(proves(look, each) or lets_in(each) for each in methods)
        public = shown or bool(PUBLIC & set(words_of(cls.name)))
        yield Handler(cls, "class", guarded, acts, acts=acts, open=public)


def methods(look: Look) -> Iterator[Handler]:
    """Those that are guarded one by one: of Tornado, CherryPy, Strawberry, Litestar."""
    for cls in look.module.classes:
        own = [each for each in cls.methods if answers(look, each)]
        public = bool(PUBLIC & set(words_of(cls.name)))
        above = of_class(cls) | ({"guarded"} if class_setting(cls, "guards") is not None else set())
        for each in own:
            verb = each.name.removeprefix("on_")
            acts = changes(each) or (verb in VERBS and (is_view(cls) or verb != each.name))
            asked = above | guards(look, each)
            by_id = len(each.parameters) > len(OF_METHODS & {one.name for one in each.parameters})
            shown = not asked and (reads_token(each) or lets_in(each) or shows_itself(look, each, by_id))
            yield Handler(
                each, "method", bool(asked), acts, acts=acts, role=bool(asked & ROLES),
                open=public or shown or bool(PUBLIC & set(words_of(each.name))),
            )  # fmt: skip


OF_METHODS = frozenset(["self", "req", "resp", "request", "response"])  # that no path names


def reads_token(function: Function) -> bool:
    """``jwt.decode(self.request.headers["X-Device"], KEY)``, ``compare_digest(...)``:
    no session, but somebody who is known."""
    calls = [unparsed(each.node.func) for each in function.calls]
    return any(each.endswith(("jwt.decode", "compare_digest", "decode_token", "unsign")) for each in calls)


def answers(look: Look, function: Function) -> bool:
    """Whether requests come to a method by itself, and by no class that guards all of its methods."""
    if any(each.name.endswith(SINGLE) for each in function.decorators):
        return True
    cls = function.cls
    if cls is not None and any(each.name in OF_CONTROLLERS for each in function.decorators):
        return True
    if function.name in FALCON and cls is not None and "falcon" in look.module.text:
        return True
    if cls is None or function.name not in HANDLERS or not is_view(cls):
        return False
    return any(each.name.startswith("tornado.") for each in cls.mro) or one_by_one(cls)


# Methods of a class of Litestar are routes of their own.
OF_CONTROLLERS = frozenset(f"litestar.{verb}" for verb in ("get", "post", "put", "patch", "delete"))


def one_by_one(cls: Defined) -> bool:
    """Whether methods of a view have guards of their own: ``@jwt_required()``."""
    own = [each for each in cls.methods if each.name in HANDLERS]
    return any(
        ASKS_WHO & set(words_of(unparsed(one.node).partition("(")[0]))
        for each in own
        for one in each.decorators
    )


SINGLE = ("cherrypy.expose", "strawberry.mutation", "strawberry.field")


def changes(function: Function) -> bool:
    """Whether a handler is there for changing something, by its verb or by what it calls."""
    for each in function.decorators:
        text = unparsed(each.node)
        if (
            isinstance(each.call, ast.Call)
            and isinstance(each.call.func, ast.Attribute)
            and each.call.func.attr in VERBS
        ):
            return True
        if each.call is not None and isinstance(each.call.func, ast.Name) and each.call.func.id in VERBS:
            return True
        if "require_POST" in text or (
            any(f"'{verb.upper()}'" in text for verb in VERBS) and "'GET'" not in text
        ):
            return True
    return any(called_function(call.node) in WRITES or writes_sql(call.node) for call in function.calls)


def writes_sql(call: ast.Call) -> bool:
    first = call.args[0] if call.args else None
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return text.lstrip()[:6].upper() in {"UPDATE", "DELETE", "INSERT"}


READS = frozenset(
    ["execute", "fetch", "fetchrow", "fetchone", "fetchall", "query", "get_or_404", "get_object_or_404",
    "filter", "filter_by",
     "scalar", "scalars", "find_one", "one", "first"]
)  # fmt: skip
