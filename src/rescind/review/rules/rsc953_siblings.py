"""RSC953: one route without the guard that those beside it have."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from rescind.reading import Class as Defined
from rescind.reading import Function
from rescind.review.called import called_function
from rescind.review.deciding import TELL
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.entries import HANDLERS, in_path, is_view
from rescind.review.guards import (
    ASKS_WHO,
    asked_inside,
    class_setting,
    guards,
    lets_everybody_in,
    methods_of,
    of_class,
    of_router,
)
from rescind.review.look import Look
from rescind.review.owned import belongs
from rescind.review.rows import rows
from rescind.review.rule import Rule
from rescind.review.words import words_of

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
OPEN_MODULES = {"webhook", "webhooks", "hook", "hooks", "public", "health", "auth", "login", "callbacks"}
ROLES = frozenset(
    ["admin", "administrator", "admins", "staff", "superuser", "role", "roles", "permission", "permissions",
     "scope", "scopes", "manager", "moderator"]
)  # fmt: skip
SIGNED_IN = frozenset([
    "authenticated", "auth", "current", "jwt", "logged", "login", "refuses", "required", "session", "token",
    "user",
])  # fmt: skip
LEAST = 2  # siblings with a guard


class Handler(NamedTuple):
    """A function or a class that answers requests, and whether anybody asks who it is."""

    made: Function | Defined
    group: str
    guarded: bool
    risky: bool
    role: bool = False
    plain: bool = False  # whoever is signed in, and no more


class RSC953(Rule):
    """A route has no guard, and those beside it do.

    What it checks:
        Handlers of one router, blueprint, class or module that nobody asks who it is, where most of the
        others do: by decorator, dependency, mixin, permission or a look at the user.

    Why it matters:
        It is how most holes in authorisation come about: one line is forgotten in a file where all the
        others have it.

    How it is decided:
        At least two siblings have a guard and no more go without, or all others that change the same thing,
        at least two, ask for a role; the one in question changes something,
        or reads what an id in the path names. Guards of the whole router count for all; sign-ins,
        resets, hooks and pages that are public by their name are left out. A decorator that answers 401 or
        403, or raises what becomes that, is a guard, whatever it asks and however it is called.

    Fix:
        Give it the guard of its siblings, or put the guard on the router.

    References:
        ASVS 8.3.1, CWE-862

    Since:
        0.1
    """

    kind: ClassVar[Class] = "authorisation"
    severity: ClassVar[Severity] = "high"

    def prepare(self, look: Look) -> None:
        belongs(look)

    def check(self, look: Look) -> Iterator[Finding]:
        if not OPEN_MODULES.isdisjoint(words_of(look.module.name.rpartition(".")[2])):
            return
        yield from self.opened(look)
        handlers = [*functions(look), *classes(look), *methods(look), *sockets(look)]
        for group in sorted({each.group for each in handlers}):
            own = [each for each in handlers if each.group == group]
            yield from self.weaker(look, own)
            open_ones = [each for each in own if not each.guarded]
            count = len(own) - len(open_ones)
            if count < LEAST or len(open_ones) > count:
                continue
            for each in open_ones:
                if each.risky and PUBLIC.isdisjoint(words_of(each.made.name)):
                    yield self.finding(
                        look,
                        each.made.node,
                        f"`{each.made.name}` asks nobody who they are, as {count} beside it do",
                        confidence="medium",
                        fix="give it the guard of its siblings",
                    )

    def opened(self, look: Look) -> Iterator[Finding]:
        """``@action(methods=["post"], permission_classes=[AllowAny])`` in a class that has a guard."""
        for function in look.module.functions if "permission_classes" in look.module.text else ():
            if function.cls is None or not of_class(function.cls) or PUBLIC & set(words_of(function.name)):
                continue
            for each in function.decorators:
                given = each.call.keywords if each.call is not None else []
                if any(
                    one.arg == "permission_classes" and lets_everybody_in(one.value) for one in given
                ) and (changes(function)):
                    yield self.finding(
                        look,
                        function.node,
                        f"`{function.name}` is open to everybody, in a class that is not",
                        confidence="medium",
                        fix="give it the guard of its class",
                    )

    def weaker(self, look: Look, own: list[Handler]) -> Iterator[Finding]:
        """One that everybody who is signed in may use to change what its siblings change for a role alone."""
        changing = [each for each in own if each.guarded and each.risky and isinstance(each.made, Function)]
        for each in changing:
            beside = [one for one in changing if one is not each and things(one) & things(each)]
            if each.plain and not each.role and len(beside) >= LEAST and all(one.role for one in beside):
                yield self.finding(
                    look,
                    each.made.node,
                    f"`{each.made.name}` asks for no role, as {len(beside)} beside it do",
                    confidence="medium",
                    fix="give it the guard of its siblings",
                )


def things(handler: Handler) -> set[str]:
    """What a handler is about: ``item`` of ``delete_menu_item``."""
    words = words_of(handler.made.name)
    return set(words[1:]) - {"by", "all", "new", "one", "my", "the", "for", "of", "id", "view", "api"}


def functions(look: Look) -> Iterator[Handler]:
    for function in look.module.functions:
        if function.cls is not None:
            continue
        routes = look.shared.flow.entries.routes(function)
        if not routes or of_router(look, function) or says_open(function):
            continue
        if any(each.name.startswith("litestar.") for each in function.decorators) and guarded_above(look):
            continue
        groups = [
            ast.unparse(each.call.func.value)
            for each in function.decorators
            if each.call and isinstance(each.call.func, ast.Attribute)
        ]
        words = {word for route in routes for word in words_of(route.path)}
        if is_socket(function):
            known = TELL.search(look.module.source_of(function.node)) is not None
            group = f"function {groups[-1] if groups else ''}"
            yield Handler(function, group, known or bool(guards(look, function)), not words & PUBLIC)
            continue
        risky = (changes(function) and not lets_in(function)) or (
            any(in_path(route.path) for route in routes) and reads(function) and reads_owned(look, function)
        )
        asked = guards(look, function)
        yield Handler(
            function,
            f"function {groups[-1] if groups else ''}",
            bool(asked),
            risky and not words & PUBLIC,
            bool(before(look, function) & ROLES),
            plain=before(look, function) <= SIGNED_IN,
        )


def says_open(function: Function) -> bool:
    """``auth=[Bearer(), AllowAnonymous()]``: nothing was forgotten there."""
    said = [
        ast.unparse(each.value)
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
MAKES = re.compile(r"\.add\(|\.create\(|insert|create_user\(|\.save\(", re.IGNORECASE)


def lets_in(function: Function) -> bool:
    """Whether it signs somebody in or up, by what it does: nobody has to be signed in for that."""
    text = function.module.source_of(function.node)
    return (
        SIGNS_IN.search(text) is not None
        or FORGOTTEN.search(text) is not None
        or (SIGNS_UP.search(text) is not None and MAKES.search(text) is not None)
    )


def reads_owned(look: Look, function: Function) -> bool:
    """Whether what it finds may be somebody's: a model that nobody is asked for is for all."""
    kinds = {row.kind for row in rows(look, function)}
    return not kinds or not kinds.isdisjoint(belongs(look))


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
            asked
            or any("'user'" in ast.unparse(each.node) for each in methods_of(cls))
            or bool(of_class(cls))
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


def classes(look: Look) -> Iterator[Handler]:
    for cls in look.module.classes:
        methods = [each for each in cls.methods if each.name in HANDLERS]
        if not is_view(cls):
            continue
        if any(answers(look, each) for each in methods):
            continue
        guarded = bool(of_class(cls)) or any(guards(look, each) for each in cls.methods)
        risky = any(each.name in VERBS and changes(each) for each in methods)
        yield Handler(cls, "class", guarded, risky)


def methods(look: Look) -> Iterator[Handler]:
    """Those that are guarded one by one: of Tornado, CherryPy, Strawberry, Litestar."""
    for cls in look.module.classes:
        own = [each for each in cls.methods if answers(look, each)]
        if of_class(cls) or not own or class_setting(cls, "guards") is not None:
            continue
        public = PUBLIC & set(words_of(cls.name))
        for each in own:
            risky = changes(each) or (each.name in VERBS and is_view(cls))
            guarded = bool(guards(look, each)) or reads_token(each)
            yield Handler(each, "method", guarded, risky and not public)


def reads_token(function: Function) -> bool:
    """``jwt.decode(self.request.headers["X-Device"], KEY)``, ``compare_digest(...)``:
    no session, but somebody who is known."""
    calls = [ast.unparse(each.node.func) for each in function.calls]
    return any(each.endswith(("jwt.decode", "compare_digest", "decode_token", "unsign")) for each in calls)


def answers(look: Look, function: Function) -> bool:
    """Whether requests come to a method by itself, and by no class that guards all of its methods."""
    if any(each.name.endswith(SINGLE) for each in function.decorators):
        return True
    cls = function.cls
    if cls is None or function.name not in HANDLERS or not is_view(cls):
        return False
    return "tornado" in look.module.text or one_by_one(cls)


def one_by_one(cls: Defined) -> bool:
    """Whether methods of a view have guards of their own: ``@jwt_required()``."""
    own = [each for each in cls.methods if each.name in HANDLERS]
    return any(
        ASKS_WHO & set(words_of(ast.unparse(one.node).partition("(")[0]))
        for each in own
        for one in each.decorators
    )


SINGLE = ("cherrypy.expose", "strawberry.mutation", "strawberry.field")


def changes(function: Function) -> bool:
    """Whether a handler is there for changing something, by its verb or by what it calls."""
    for each in function.decorators:
        text = ast.unparse(each.node)
        if (
            isinstance(each.call, ast.Call)
            and isinstance(each.call.func, ast.Attribute)
            and each.call.func.attr in VERBS
        ):
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


def reads(function: Function) -> bool:
    """Whether a handler gets rows."""
    return any(called_function(call.node) in READS for call in function.calls)


READS = frozenset(
    ["execute", "fetch", "fetchrow", "fetchone", "fetchall", "query", "get_or_404", "get_object_or_404",
    "filter", "filter_by",
     "scalar", "scalars", "find_one", "one", "first"]
)  # fmt: skip
