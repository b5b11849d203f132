"""RSC643: signing out that only forgets the cookie."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, Function, walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.rule import Rule
from rescind.review.sessions.authority import HARMLESS, names_of, of_authority
from rescind.review.sessions.denied import unasked_denial
from rescind.review.sessions.ending import ends_sign_ins
from rescind.review.sessions.lasting import has_to_end
from rescind.review.sessions.sessions import is_identity, sign_ins, speaks

OUT = frozenset(
    ["logout", "signout", "logoff", "signoff", "abmelden", "abmeldung", "ausloggen", "deconnexion",
     "deconnecter", "salir", "sair", "desconectar", "esci",
     "uitloggen", "afmelden", "wyloguj", "wylogowanie", "disconnetti", "uscita"]
)  # fmt: skip
AUTHORITY = frozenset(["admin", "groups", "permissions", "role", "roles", "scopes", "staff", "superuser"])
SURE = frozenset(["authenticated", "id", "logged", "loggedin", "uid", "user", "userid"])
FIX = "remove the entry of the session, or put the token on a list of what is refused, before the answer"

ASK = "ask for it wherever such a token is taken"


class RSC643(Rule):
    """Signing out leaves the session or the token good.

    What it checks:
        Handlers of signing out that delete the cookie, by whatever header, or only answer, where the project
        keeps sessions in a store of its own or gives out tokens or signed cookies; those that take one key
        out of a session and leave others that say who it is or what they may; and those that put a token on a
        list of what is refused for which no part of the project asks.

    Why it matters:
        A copy of the cookie or of the token, from a log or another person's browser, goes on letting in.

    How it is decided:
        By the name of the function or its path, or because it does nothing but forget the cookie of a
        session. A session is what a cookie opens, in whatever store. Nothing that it does, and nothing that
        it calls within the project, takes anything out of a store, writes down what is refused, or moves a
        version on. What cannot be looked into and is called like it, is taken as an end.

    Fix:
        Remove the entry of the session, or put the token on a list of what is refused, before the answer.

    References:
        ASVS 7.4.1, CWE-613

    Since:
        0.1
    """

    kind: ClassVar[Class] = "long_lived"
    severity: ClassVar[Severity] = "medium"

    def check(self, look: Look) -> Iterator[Finding]:
        text = look.module.text.lower()
        if look.is_test or not any(word in text for word in ("out", "off", "session", "sesion", *OUT)):
            return
        for function in look.module.functions:
            if not signs_out(look, function) and not only_forgets(look, function):
                continue
            left = left_behind(look, function)
            if left is not None:
                said = f"signing out leaves {left[1]!r} in the session"
                yield self.finding(
                    look, left[0], said, confidence="medium", fix="clear the session as a whole"
                )
            elif (other := other_cookie(look, function)) is not None:
                said = "signing out ends the session, and only forgets another cookie that lets in by itself"
                yield self.finding(look, other, said, confidence="medium", fix=FIX)
            elif (node := unasked_denial(look, function)) is not None and has_to_end(look):
                said = "signing out puts it on a list of what is refused, for which nobody asks"
                yield self.finding(look, node, said, confidence="medium", fix=ASK)
            elif not ends_sign_ins(look, function, anything=True) and (
                has_to_end(look) or forgets_framework(look, function)
            ):
                forgets = next((each for each in function.walk() if forgets_cookie(look, each)), None)
                forgets = forgets or by_helper(look, function)
                if forgets is not None:
                    said = "signing out only forgets the cookie: a copy of it goes on letting in"
                    yield self.finding(look, forgets, said, fix=FIX)
                elif only_answers(look, function):
                    said = "signing out ends nothing: what was given out goes on letting in"
                    yield self.finding(look, function.node, said, confidence="medium", fix=FIX)


def signs_out(look: Look, function: Function) -> bool:
    names = [function.name, *(function.cls.name for _ in (1,) if function.cls is not None)]
    names += [
        route.path.rstrip("/").rpartition("/")[2] for route in look.shared.flow.entries.routes(function)
    ]
    for name in names:
        words = set(words_of(name))
        if words & OUT or any(each <= words for each in BOTH):
            if function.cls is not None and "transport" in words_of(function.cls.name):
                return False  # it carries what something else ends
            return function.name not in {"__init__", "get_queryset", "get_context_data"}
    return False


def only_forgets(look: Look, function: Function) -> bool:
    """Whether a handler does nothing but forget the cookie that lets in: it signs out, whatever its name."""
    served = "request" in {each.name for each in function.parameters}
    if not (served or look.shared.flow.entries.is_handler(function)) or gives_jwt(look):
        return False
    forgotten = [each for each in function.calls if forgets_cookie(look, each.node)]
    lets_in = any(
        is_of_session(each) or of_authority(look, each.argument("key", 0) or each.argument("name", 0), None)
        for each in forgotten
    )
    alone = all(isinstance(look.module.statement_of(each.node), ast.Expr) for each in forgotten)
    return lets_in and alone and not any(
        isinstance(above, ast.If | ast.ExceptHandler)
        for each in forgotten
        for above in look.module.above(each.node)
    ) and all(
        each in forgotten or called_function(each.node) in ANSWERS for each in function.calls
    )  # fmt: skip


@once
def gives_jwt(look: Look) -> bool:
    """Whether what a cookie holds may be a token, which ends by itself in minutes."""
    return any(True for _ in look.everywhere("jwt", "create_access_token", "access_token("))


def is_of_session(call: Call) -> bool:
    """``cherrypy.lib.sessions.expire()``: of the cookie alone."""
    return any(each.name == "cherrypy.lib.sessions.expire" for each in call.named)


def forgets_framework(look: Look, function: Function) -> bool:
    """``response.delete_cookie(settings.SESSION_COOKIE_NAME)`` of Django, which keeps sessions on the
    server."""
    return look.shared.imports("django") and any(
        called_function(each.node) == "delete_cookie" and is_django_session(look, each.argument("key", 0))
        for each in function.calls
    )


def is_django_session(look: Look, key: ast.expr | None) -> bool:
    if key is None:
        return False
    return called(key) == "SESSION_COOKIE_NAME" or "sessionid" in look.values(key).texts


def other_cookie(look: Look, function: Function) -> ast.AST | None:
    """Where a cookie of a device or a token is forgotten, and nothing ends but the framework's session."""
    for call in function.calls:
        name = called_function(call.node)
        if name not in FORGETS:
            continue
        texts = set(names_of(look, call.argument("key", 0) or call.argument("name", 0)))
        if texts & lasting_cookies(look):
            own = ends_sign_ins(look, function, anything=True, others=True)
            return None if own or not ends_sign_ins(look, function, anything=True) else call.node
    return None


@once
def lasting_cookies(look: Look) -> frozenset[str]:
    """The cookies that the project sets, and that let in without a session: of devices, and tokens."""
    return frozenset(
        text
        for home in look.everywhere("set_cookie")
        for call in home.calls
        if called_function(call.node) == "set_cookie"
        for text in names_of(home, call.argument("key", 0) or call.argument("name", 0))
        if not BY_ITSELF.isdisjoint(words_of(text)) and HARMLESS.isdisjoint(words_of(text))
    )


BY_ITSELF = frozenset(["device", "jwt", "refresh", "remember", "remembered", "ticket", "token", "lembrar",
                       "recuerdame", "geraet", "merken"])  # fmt: skip


def by_helper(look: Look, function: Function) -> ast.AST | None:
    """The call of a helper that forgets the cookie."""
    for call in function.calls:
        for each in look.shared.flow.calls.callees(call.node, look.scope(call.node)):
            home = look.beside(each.module)
            if any(isinstance(one, ast.Call) and forgets_cookie(home, one) for one in each.walk()):
                return call.node
    return None


# Two words.
BOTH = (
    {"log", "out"}, {"sign", "out"}, {"log", "off"}, {"sign", "off"}, {"cerrar", "sesion"},
    {"sitzung", "beenden"}, {"encerrar", "sessao"},
)  # fmt: skip
FORGETS = frozenset(["delete_cookie", "del_cookie", "clear_cookie", "unset_cookie"])
# ``sid=; Max-Age=0``
EMPTIED = re.compile(r"(?i)^[\w-]+=(?:;|deleted|\"\").*(?:max-age=0|expires=thu, 01)")


def forgets_cookie(look: Look, node: ast.AST) -> bool:
    """``delete_cookie``, ``unset_jwt_cookies``, a cookie with no value or an end that has passed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        return text.lower() == "clear-site-data" or EMPTIED.match(text) is not None
    if not isinstance(node, ast.Call):
        return False
    name = called_function(node)
    if name == "expire" and is_of_session(look.call(node)):
        return True
    if name in FORGETS or name == "clear_all_cookies":
        return True
    if name == "forget" and "pyramid" in look.module.text:
        return True
    if name.startswith("unset_") and name.endswith("cookies"):
        return True
    if name != "set_cookie":
        return False
    given = {each.arg: look.values(each.value).only for each in node.keywords}
    value = given.get("value") or (look.values(node.args[1]).only if len(node.args) > 1 else None)
    if value is not None and value.value in {"", None}:
        return True
    ends = [given.get("expires"), given.get("max_age")]
    return any(each is not None and each.value == 0 for each in ends)


def only_answers(look: Look, function: Function) -> bool:
    """Whether a handler gives an answer that is made of fixed texts, and calls nothing that would do more."""
    if not look.shared.flow.entries.routes(function) and function.name not in {"post", "get", "delete"}:
        return False
    if not function.returns or (function.name == "get" and function.cls is not None):
        return False
    for call in function.calls:
        name = called_function(call.node)
        if name not in ANSWERS and not set(words_of(name)) & {"log", "info", "debug", "warning", "response"}:
            return False
    return True


WHOLE = frozenset(
    ["logout", "out", "session"]
)  # fmt: skip
ANSWERS = frozenset(
    ["jsonify", "redirect", "url_for", "make_response", "JSONResponse", "RedirectResponse", "Response",
     "dict", "HttpResponse", "JsonResponse", "HttpResponseRedirect", "reverse", "json_response", "flash",
     "success", "str", "Depends", "get_jwt_identity", "HTTPFound", "print", "isoformat", "now", "utcnow"]
)  # fmt: skip


def left_behind(look: Look, function: Function) -> tuple[ast.AST, str] | None:
    """Where one key goes and another stays that was written along with it and says who it is, or what they
    may."""
    removed: dict[str, ast.AST] = {}
    for node in function.walk():
        key, whole = taken(node)
        if whole:
            return None
        if key:
            removed[key] = node
    if not any(is_identity(key) for key in removed):
        return None
    if any(isinstance(each, ast.Call) and forgets_cookie(look, each) for each in function.walk()):
        return None
    for keys in written_together(look):
        left = sorted(key for key in keys - set(removed) if key in read_keys(look))
        if keys & set(removed) and left:
            return next(iter(removed.values())), left[0]
    return None


def taken(node: ast.AST) -> tuple[str, bool]:
    """The key that is taken out of a session; whether all of it goes, or may."""
    if isinstance(node, ast.Delete):
        entries = [each for each in node.targets if isinstance(each, ast.Subscript) and speaks(each.value)]
        return (set_in(entries[0]), not set_in(entries[0])) if entries else ("", False)
    if isinstance(node, ast.Assign):
        return (set_in(node.targets[0]), False) if is_nothing(node.value) else ("", False)
    if isinstance(node, ast.Call):
        name, base = called_function(node), getattr(node.func, "value", None)
        key = node.args[0] if node.args else None
        if name == "pop" and base is not None and speaks(base) and isinstance(key, ast.Constant):
            return str(key.value), False
        about = (base is not None and speaks(base)) or WHOLE & set(words_of(name))
        return "", bool(about) and name not in {"get", "pop"}
    return "", isinstance(node, ast.For)


@once
def written_together(look: Look) -> list[set[str]]:
    """Of each sign-in of the project the keys of authority that it writes."""
    return [
        keys
        for module in look.project.modules
        if "session" in module.text
        for function in module.functions
        if (keys := keys_of(look.beside(module), function))
    ]


def keys_of(look: Look, function: Function) -> set[str]:
    if not any(True for _ in sign_ins(look, function)):
        return set()
    assigned = [each for each in function.walk() if isinstance(each, ast.Assign)]
    return {
        key for each in assigned if not is_nothing(each.value) and decides(key := set_in(each.targets[0]))
    }


def set_in(node: ast.expr) -> str:
    """The key of a session that is set; empty: it is none."""
    if isinstance(node, ast.Subscript) and speaks(node.value) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return ""


def is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def decides(key: str) -> bool:
    """Whether a key says what somebody may, or that they are signed in."""
    words = set(words_of(key))
    return bool(words & AUTHORITY) or (is_identity(key) and bool(words & SURE) and "name" not in words)


@once
def read_keys(look: Look) -> set[str]:
    """The keys that are asked for in sessions, in conditions."""
    return {
        key
        for module in look.project.modules
        if "session" in module.text
        for node in module.nodes_of(ast.If, ast.IfExp, ast.Compare, ast.BoolOp)
        for key in asked(node)
    }


def asked(node: ast.AST) -> Iterator[str]:
    """Keys of sessions in a test: ``if "role" in session``, ``session.get("role") != "admin"``."""
    if not isinstance(node, ast.If | ast.IfExp | ast.Compare | ast.BoolOp):
        return
    for each in walk(node.test if isinstance(node, ast.If | ast.IfExp) else node):
        if isinstance(each, ast.Subscript | ast.Call):
            base = each.value if isinstance(each, ast.Subscript) else getattr(each.func, "value", None)
            if base is not None and speaks(base) and called(each):
                yield called(each)
        elif (
            isinstance(each, ast.Compare)
            and isinstance(each.ops[0], ast.In | ast.NotIn)
            and isinstance(each.left, ast.Constant)
            and speaks(each.comparators[0])
        ):
            yield str(each.left.value)
