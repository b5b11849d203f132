"""Sessions that a server keeps under an id: who is written into one, and what begins another.

A session is told by what it is called and by where it comes from: of a framework that keeps it on the server,
or out of a store under a key that a request brought.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rescind.reading import Class, Function, Scope, last_name, unparsed, walk
from rescind.review.flow.calls import bind
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of

WHO = frozenset(
    ["account", "acting", "admin", "authenticated", "customer", "employee", "identity", "impersonate",
     "impersonated", "impersonating", "loggedin", "login", "logged", "member", "patient", "person",
     "principal", "rider", "signed", "staff", "student", "sub", "subject", "teacher", "uid", "user",
     "userid", "username", "who",
     "benutzer", "cliente", "compte", "conta", "cuenta", "konto", "kunde", "membre", "miembro", "mitglied",
     "nutzer", "persona", "personne", "socio", "usuaria", "usuario", "utente", "utilisateur", "nameid",
     "upn", "pessoa",
     "gebruiker", "klant", "lid", "medewerker", "uzytkownik", "klient", "pracownik", "czlonek",
     "adherent", "abonne", "membro", "iscritto", "dipendente"]
)  # fmt: skip
# With these a key speaks of something else: of what comes before, of the browser, of a page to go back to.
OTHER = frozenset(
    ["2fa", "after", "agent", "at", "attempt", "attempts", "avatar", "backend", "before", "captcha", "code",
     "count", "created", "csrf", "date", "enroll", "error", "errors", "expires", "expiry", "factor", "failed",
     "failures", "flash", "flow", "form", "hint", "history", "info", "ip", "key", "lang", "language",
     "last", "list", "locale", "mechanism", "message", "method", "methods", "mfa", "new", "next", "nonce",
     "oauth", "otp", "page", "partial", "payment", "pending", "pre", "preauth", "prefs", "provider",
     "reason", "redirect", "referer", "referrer", "register", "registration", "reset", "return", "settings",
     "signup", "state", "step", "temp", "tf", "theme", "time", "timestamp", "timezone", "tmp", "token",
     "tokens", "totp", "twofactor", "tz", "unverified", "updated", "url", "verify", "waiting"]
)  # fmt: skip
OF_ACCOUNT = frozenset(["id", "name", "uid", "pk", "no", "number", "uuid"])
SESSION = frozenset(
    ["session", "sessions", "sess", "sid", "sesion", "sesiones", "sessao", "sessoes", "sessione",
     "sitzung", "sitzungen",
     "sesja", "sesje", "sesji", "sessie", "sessies", "seance", "seances"]
)  # fmt: skip
CLIENT = frozenset(["cookie", "query", "form", "body", "header", "path"])
# What keeps the sessions of a framework on the server.
FLASK = ("flask_session", "flask_sessionstore", "flask_kvsession", "quart_session", "flask_multipass")
STARLETTE = ("starsessions", "starlette_session", "fastapi_server_session", "fastapi_session")
PYRAMID = ("pyramid_redis_sessions", "pyramid_session_redis", "pyramid_beaker", "pyramid_nacl_session")
OF_REQUEST = frozenset(["session", "set_session"])  # Litestar has both
LITESTAR = "litestar.middleware.session.server_side"
DEEPEST = 4


class SignIn(NamedTuple):
    """Who somebody is, written into a session: where, into what, under which key."""

    node: ast.AST
    session: ast.expr
    key: str
    value: ast.expr


def sign_ins(look: Look, function: Function) -> Iterator[SignIn]:
    """``session["user"] = x``, ``session.user_id = x``, ``session.update(user=x)``; what is set to nothing
    signs out."""
    yield from (each for each in written_to(look, function) if is_identity(each.key) and says_who(look, each))


def written_to(look: Look, function: Function) -> Iterator[SignIn]:
    """Everything that is written into what is called a session."""
    for node in function.nodes_of(ast.Assign, ast.Call):
        if isinstance(node, ast.Assign):
            for target, value in pairs(node):
                yield from of_target(look, node, target, value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            session = node.func if node.func.attr == "set_session" else node.func.value
            if speaks(session):
                yield from (SignIn(node, session, key, value) for key, value in given_to(node))


def pairs(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    for target in node.targets:
        if (
            isinstance(target, ast.Tuple)
            and isinstance(node.value, ast.Tuple)
            and len(target.elts) == len(node.value.elts)
        ):
            yield from zip(target.elts, node.value.elts, strict=True)
        else:
            yield target, node.value


def of_target(look: Look, node: ast.AST, target: ast.expr, value: ast.expr) -> list[SignIn]:
    if isinstance(target, ast.Attribute) and speaks(target.value) and not is_database(look, target.value):
        return [SignIn(node, target.value, target.attr, value)]
    if not isinstance(target, ast.Subscript) or not speaks(target.value):
        return []
    key = key_of(look, target.slice)
    return [SignIn(node, target.value, key, value)] if key else []


def key_of(look: Look, node: ast.expr) -> str:
    """What a key says; of a constant from elsewhere, as Django's ``SESSION_KEY``, what that is called."""
    only = look.values(node).only
    if only is not None and isinstance(only.value, str | int | float):
        return only.value if isinstance(only.value, str) else ""
    name = look.name(node) if isinstance(node, ast.Name | ast.Attribute) else ""
    if name.startswith("django.contrib.auth.") and name.endswith(".SESSION_KEY"):
        return "_auth_user_id"
    return last_name(node).lower().removesuffix("_key") if last_name(node).isupper() else ""


def given_to(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The keys and values of ``session.update({...})``, ``update(user=...)``, ``set("user", x)``."""
    name = called_function(node)
    if name in {"update", "set_session"}:
        yield from ((each.arg, each.value) for each in node.keywords if each.arg)
        for each in node.args:
            if isinstance(each, ast.Dict):
                for key, value in zip(each.keys, each.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, value
    elif name in {"set", "setdefault", "put", "__setitem__"} and len(node.args) >= 2:
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value, node.args[1]


def speaks(node: ast.expr) -> bool:
    """Whether an expression is called as a session, or as one out of a store of them."""
    while isinstance(node, ast.Await):
        node = node.value
    if isinstance(node, ast.Call):
        name = called_function(node)
        return not SESSION.isdisjoint(words_of(name)) or (
            name in {"get", "setdefault"} and isinstance(node.func, ast.Attribute) and speaks(node.func.value)
        )
    if isinstance(node, ast.Subscript):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else ""
        return speaks(node.value) or (isinstance(key, str) and not SESSION.isdisjoint(words_of(key)))
    if isinstance(node, ast.Attribute) and node.attr in CONTENTS:
        return speaks(node.value)  # session.data
    name = last_name(node)
    return not SESSION.isdisjoint(words_of(name))


CONTENTS = frozenset(["data", "values", "payload", "contents", "daten", "datos", "dados", "attrs"])


def is_database(look: Look, node: ast.expr) -> bool:
    """``db.session``, a session of an ORM: what is set on it is no identity."""
    names = [each.name for each in look.project.types_of(node, look.scope(node))]
    names += [each.name for each in look.named(node)] if isinstance(node, ast.Name | ast.Attribute) else []
    return any(name.startswith(("sqlalchemy.", "flask_sqlalchemy.", "requests.", "httpx.")) for name in names)


def is_identity(key: str) -> bool:
    words = words_of(key)
    if words[:1] == ("account",) and words[1:] and words[-1] not in OF_ACCOUNT:
        words = words[1:]  # "account_verified_email": which part of a program writes it
    return not WHO.isdisjoint(words) and OTHER.isdisjoint(words)


def says_who(look: Look, found: SignIn) -> bool:
    """Whether the value is somebody: not nothing, no new random text, and a plain truth only of whether."""
    value = found.value
    if isinstance(value, ast.Constant):
        flag = words_of(found.key)[-1] in {"in", "loggedin", "authenticated", "admin", "login", "logged"}
        return bool(value.value) and flag
    if isinstance(value, ast.Dict | ast.List | ast.Tuple):
        return any(not isinstance(each, ast.Constant) for each in walk(value) if isinstance(each, ast.expr))
    if any(isinstance(each, ast.Attribute) and is_read_from(look, each) for each in walk(value)):
        return False
    names = [each.name for one in walk(value) if isinstance(one, ast.Call) for each in look.call(one).named]
    return not any(name.startswith(("uuid.", "secrets.", "random.")) for name in names)


def is_read_from(look: Look, node: ast.Attribute) -> bool:
    """``row.user_id`` of a session that lets in already."""
    if not isinstance(node.value, ast.Name) or of_framework(look, node.value) is not None:
        return False
    return speaks(node.value)


# where a session is kept


def on_server(look: Look, node: ast.expr, depth: int = DEEPEST) -> str:
    """Who keeps a session on the server: ``framework``, ``own``; nothing: the browser, or it is not known."""
    while isinstance(node, ast.Await):
        node = node.value
    if depth == 0:
        return ""
    known = of_framework(look, node)
    if known is not None:
        return "framework" if known else ""
    if isinstance(node, ast.Name):
        return bound(look, node, depth) or of_class(look, node)
    if isinstance(node, ast.Attribute):
        return (
            returned(look, [each.definition for each in look.named(node)], depth)
            or (on_server(look, node.value, depth - 1) if node.attr in CONTENTS else "")
            or set_elsewhere(look, node.attr, depth)
            or of_class(look, node)
        )
    if isinstance(node, ast.Call):
        found = returned(look, look.shared.flow.calls.callees(node, look.scope(node)), depth)
        if found:
            return found
    if isinstance(node, ast.Subscript | ast.Call):
        if by_client(look, node):
            return "own"
        return set_elsewhere(look, called(node), depth) if isinstance(node, ast.Subscript) else ""
    if isinstance(node, ast.BoolOp | ast.IfExp):
        parts = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        return next((kept for each in parts if (kept := on_server(look, each, depth - 1))), "")
    return ""


def returned(look: Look, functions: Iterable[object], depth: int) -> str:
    """Of a call, or of a property: who keeps what it gives."""
    for each in functions:
        if isinstance(each, Function):
            home = look.beside(each.module)
            for value in each.returns:
                found = on_server(home, value, depth - 1)
                if found:
                    return found
    return ""


def bound(look: Look, node: ast.Name, depth: int) -> str:
    for binding in bindings_at(node, look.scope(node)):
        home = look.beside(binding.scope.module)
        if binding.kind == "parameter":
            found = given(home, binding.node, binding.scope, depth)
        else:
            found = on_server(home, binding.value, depth - 1) if binding.value is not None else ""
        if found:
            return found
    return ""


def given(look: Look, node: ast.AST, scope: Scope, depth: int) -> str:
    """What a parameter is: by what the framework calls for it, or by what callers give."""
    if not isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    function = look.project.function(look.module, scope.node)
    name = getattr(node, "arg", "")
    parameter = next((each for each in function.parameters if each.name == name), None)
    if parameter is None:
        return ""
    entry = look.shared.flow.entries.given(function, parameter)
    if entry is not None and entry.depends is not None:
        found = returned(look, [each.definition for each in look.named(entry.depends[0])], depth)
        if found:
            return found
    for call in list(look.shared.flow.calls.callers(function))[:4]:
        argument = bind(function, call.node, call.module.scope_of(call.node)).get(name)
        if argument is not None:
            found = on_server(look.beside(call.module), argument[0], depth - 1)
            if found:
                return found
    return ""


def set_elsewhere(look: Look, name: str, depth: int) -> str:
    """``g.session``, ``request.state.session``, ``scope["session"]``: what some module sets it to."""
    if SESSION.isdisjoint(words_of(name)):
        return ""
    for module, value in look.shared.set_on_attributes.get(name, ())[:4]:
        found = on_server(look.beside(module), value, depth - 1)
        if found:
            return found
    return ""


def of_class(look: Look, node: ast.expr) -> str:
    """An object of the project's own class of sessions, which has an id."""
    for each in look.project.types_of(node, look.scope(node)):
        cls = each.definition
        if isinstance(cls, Class) and not SESSION.isdisjoint(words_of(cls.name)):
            names = {name for one in cls.node.body for name in declared(one)} | set(cls.on_instances)
            if names & {"sid", "session_id", "id", "key", "session_key", "token"}:
                return "own"
    return ""


def declared(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [each.id for each in targets if isinstance(each, ast.Name)]


def by_client(look: Look, node: ast.AST) -> bool:
    """Whether something is looked up by what a request brought."""
    return any(
        any(each.kind == "request" and each.part in CLIENT for each in look.origins(part))
        for one in walk(node)
        if isinstance(one, ast.Name | ast.Attribute | ast.Subscript | ast.Call)
        for part in (one, *kept_elsewhere(look, one))
    ) or any(isinstance(one, ast.Name) and from_cookies(look, one) for one in walk(node))


def from_cookies(look: Look, node: ast.Name) -> bool:
    """``sid`` of ``sid = cookies.get("sid")``, wherever the cookies were taken apart."""
    for one in bindings_at(node, look.scope(node)):
        value = one.value
        base = (
            value.func.value
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)
            else None
        )
        base = value.value if isinstance(value, ast.Subscript) else base
        if isinstance(base, ast.Name) and not {"cookie", "cookies"}.isdisjoint(words_of(base.id)):
            return True
    return False


def kept_elsewhere(look: Look, node: ast.AST) -> list[ast.expr]:
    """Of ``req.context.sid`` what this module sets it to."""
    if not isinstance(node, ast.Attribute) or SESSION.isdisjoint(words_of(node.attr)):
        return []
    known = look.shared.set_on_attributes.get(node.attr, ())
    return [value for module, value in known if module is look.module and isinstance(node.ctx, ast.Load)][:3]


def of_framework(look: Look, node: ast.expr) -> bool | None:
    """Whether the framework whose session it is keeps it on the server; None: it is no framework's."""
    names = [each.name for each in look.named(node)] if isinstance(node, ast.Name | ast.Attribute) else []
    if isinstance(node, ast.Call):
        names = [each.name for each in look.call(node).named]
    has = look.shared.imports
    if any(name.startswith(("flask.session", "quart.session")) for name in names):
        return of_flask(look)
    if any(name.startswith("cherrypy.session") for name in names) or of_channels(look, node):
        return True
    if any(name.startswith("aiohttp_session.") for name in names):
        return not any("CookieStorage" in module.text for module in look.project.modules)
    if not isinstance(node, ast.Attribute) or node.attr not in OF_REQUEST or called(node.value) == "db":
        return None
    if "django" in look.module.text:
        return True
    if has(LITESTAR) or own_middleware(look):
        return True
    if called(node.value) in {"request", "req", "_request", "ctx"}:
        if has("pyramid"):
            return has(*PYRAMID, "beaker")
        if has("sanic_session") or has(*STARLETTE):
            return True
        if has("starlette.middleware.sessions"):
            return False
        return True if has("django") else None  # a helper need not import it
    return None


def of_channels(look: Look, node: ast.expr) -> bool:
    """``self.scope["session"]``, the session of Django at a socket."""
    held = isinstance(node, ast.Subscript) and getattr(node.slice, "value", "") == "session"
    return held and look.shared.imports("channels")


def own_middleware(look: Look) -> bool:
    """``scope["session"] = Kept(...)``: a middleware of the project's own puts it there."""
    return any(
        isinstance(value, ast.Call)
        and any(isinstance(each.definition, Class) for each in look.beside(module).call(value).named)
        for module, value in look.shared.set_on_attributes.get("session", ())
        if "scope" in module.text
    )


def of_flask(look: Look) -> bool:
    """Whether the sessions of Flask are kept on the server."""
    return look.shared.imports(*FLASK, "beaker") or own_interface(look) or renews_id(look)


def renews_id(look: Look) -> bool:
    """``app.session_interface.regenerate(session)``: what is kept in a cookie has no id."""
    return any(
        called_function(call.node) == "regenerate" and "session_interface" in unparsed(call.node.func)
        for module in look.project.modules
        if "session_interface" in module.text and "flask" in module.text
        for call in look.beside(module).calls
    )


def own_interface(look: Look) -> bool:
    """An interface of sessions of Flask that is the project's own, and not the one of signed cookies."""
    return any(
        base.name.rpartition(".")[2] == "SessionInterface"
        for module in look.project.modules
        if "SessionInterface" in module.text
        for cls in module.classes
        for base in cls.bases
    )
