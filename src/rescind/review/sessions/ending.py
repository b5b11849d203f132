"""What ends sign-ins on the server: entries that go, lists of what is refused, versions that move on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, last_name, unparsed, walk
from rescind.review.credentials.signed_in import words_of_tables
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.sessions.lasting import gives_tokens
from rescind.review.sessions.sessions import is_database

# These say it by themselves.
CERTAIN = frozenset(
    ["revoke", "revokes", "revoked", "revocation", "blacklist", "blocklist", "denylist", "invalidate",
     "invalidated", "terminate", "disconnect", "bump",
     "uniewaznij", "revoca", "revoque", "revoquer", "intrekken"]
)  # fmt: skip
TAKES = frozenset(
    ["delete", "remove", "pop", "discard", "clear", "flush", "drop", "destroy", "kill", "end", "expire",
     "purge", "forget", "unlink", "hdel", "srem", "zrem", "del", "close", "rotate", "cycle", "regenerate",
     "abandon", "reset", "unset", "logout", "signout", "popitem", "adelete", "expunge", "zap", "lapse",
     "cancel", "evict", "borrar", "loeschen", "beenden", "cerrar", "eliminar", "apagar", "supprimer",
     "beende", "loesche", "cierra", "borra", "encerrar", "encerra", "revocar", "revogar", "widerrufe",
     "verwijder", "wis", "beeindig", "intrekken", "usun", "zakoncz", "uniewaznij", "kasuj", "elimina",
     "cancella", "chiudi", "termina", "supprime", "detruire", "effacer", "fermer", "ferme", "annule"]
)  # fmt: skip
WRITES = frozenset(
    ["add", "append", "insert", "put", "save", "set", "setex", "sadd", "zadd", "hset", "incr", "update",
     "create", "execute", "exec", "update_one", "update_many", "mark", "stamp", "touch", "renew", "change",
     "new", "write", "psetex", "hincrby", "scalars", "run", "fetchval"]
)  # fmt: skip
# These make something new, which ends nothing unless it is a list of what is refused.
MAKES = frozenset(
    ["add", "append", "insert", "put", "save", "set", "setex", "sadd", "zadd", "hset", "create", "new",
     "write",
     "psetex"]
)  # fmt: skip
REFUSED = frozenset(
    ["revoked", "revocations", "revocation", "blacklist", "blacklisted", "blocklist", "blocked",
     "denylist", "denied",
     "deny", "generation", "epoch", "version", "stamp", "uniquifier", "logout", "logouts", "ended",
     "closed", "killed",
     "invalid", "invalidated", "before", "since", "jti", "jtis", "family", "expired", "dead", "banned",
     "gesperrt",
     "widerrufen", "revocados", "revocadas", "revogados", "anulados", "changed", "out", "inactive",
     "terminated"]
)  # fmt: skip
ABOUT = frozenset(
    ["session", "sessions", "sess", "sid", "sids", "token", "tokens", "jti", "jtis", "login", "logins",
     "signin", "signins", "device", "devices", "refresh", "grant", "grants", "remember", "revoked",
     "revocations", "blacklist", "blocklist", "denylist", "generation", "epoch", "version", "stamp",
     "uniquifier", "ticket", "tickets", "family", "families", "logout", "logouts", "keepers", "bearer",
     "visits", "remembered",
     "sitzung", "sitzungen", "sesion", "sesiones", "sessao", "sessoes", "apikey", "apikeys",
     "sesja", "sesje", "sesji", "sessie", "sessies", "seance", "seances", "jeton", "jetons"]
)  # fmt: skip
# About something else: links that are used up, and what the browser has.
ELSE = frozenset(
    ["reset", "resets", "forgot", "verification", "otp", "csrf", "confirm", "invite", "magic", "recovery",
     "activation", "attempt", "attempts"]
)  # fmt: skip
BROWSER = frozenset(
    ["cookie", "cookies", "header", "headers"]
)  # fmt: skip
MARKS = frozenset(
    ["revoked", "version", "generation", "epoch", "stamp", "jti", "uniquifier", "session", "sessions",
     "token", "tokens", "refresh", "ended", "terminated", "invalidated", "before", "since", "nonce",
     "logout"]
)  # fmt: skip
STATEMENT = re.compile(
    r"(?is)^\s*(delete\s+from|update|insert\s+(?:or\s+\w+\s+)?into|replace\s+into)\s+[\"`]?(\w+)"
)
DJANGO = ("django.contrib.auth.logout", "django.contrib.auth.alogout", "django.contrib.auth.login",
          "django.contrib.auth.update_session_auth_hash", "flask_login.logout_user",
          "flask_login.utils.logout_user", "flask_security.")  # fmt: skip
# These end sessions of Django, and no token that was given out beside them.
OF_SESSIONS = ("django.contrib.auth.",)
OWN = ("django.contrib.auth.logout", "django.contrib.auth.alogout", "flask_login.logout_user",
       "flask_login.utils.logout_user")  # fmt: skip
DEEPEST = 3


def ends_sign_ins(
    look: Look,
    function: Function,
    *,
    anything: bool,
    depth: int = DEEPEST,
    aside: str = "",
    others: bool = False,
) -> bool:
    """Whether a function, or what it calls, ends something on the server.

    Args:
        anything: whatever is taken out of a store counts, as in a function that signs out; else it has to be
            said to be sessions, tokens or a version of them.
        aside: the parameter that is the link itself, which is used up: that ends nothing else.
        others: the session of who asks is not enough.
    """
    for node in function.walk():
        if isinstance(node, ast.Call | ast.Delete) and aside and is_of(node, aside):
            continue
        if others and isinstance(node, ast.Call) and ends_own(look, node):
            continue
        if isinstance(node, ast.Call) and by_call(look, node, anything=anything):
            return True
        if isinstance(node, ast.Delete) and any(is_entry(look, each, anything) for each in node.targets):
            return True
        if isinstance(node, ast.Assign | ast.AugAssign) and any(
            marks(each) or moves_on(look, each, node) for each in targets(node)
        ):
            return True
    if depth == 0:
        return False
    return any(
        ends_sign_ins(look.beside(each.module), each, anything=anything, depth=depth - 1, others=others)
        for each in callees(look, function, aside)
    )


def ends_own(look: Look, node: ast.Call) -> bool:
    """``request.session.flush()``, ``logout(request)``: of this browser alone."""
    if any(each.name.startswith(OWN) for each in look.call(node).named):
        return True
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    return (
        base is not None
        and called(base) == "session"
        and called_function(node) in {"flush", "clear", "pop", "invalidate"}
    )


def is_of(node: ast.Call | ast.Delete, name: str) -> bool:
    """``del RESETS[token]``, ``resets.consume(token)``"""
    parts = arguments(node) if isinstance(node, ast.Call) else node.targets
    return any(isinstance(each, ast.Name) and each.id == name for part in parts for each in walk(part))


def callees(look: Look, function: Function, aside: str = "") -> Iterator[Function]:
    seen = {function}
    for call in function.calls:
        if aside and is_of(call.node, aside):
            continue
        for each in look.shared.flow.calls.callees(call.node, look.scope(call.node)):
            if each not in seen and each.name != "__init__":
                seen.add(each)
                yield each


def targets(node: ast.Assign | ast.AugAssign) -> list[ast.expr]:
    found = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [each for one in found for each in (one.elts if isinstance(one, ast.Tuple) else [one])]


def marks(node: ast.expr) -> bool:
    """``row.revoked = True``, ``user.token_version += 1``, ``user["epoch"] = now``."""
    name = called(node) if isinstance(node, ast.Attribute | ast.Subscript) else ""
    words = set(words_of(name))
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant):
        return bool(words & REFUSED) and not words & ELSE  # ``SESSIONS[sid] = user`` begins one
    return bool(words & MARKS) and not words & ELSE


def moves_on(look: Look, target: ast.expr, node: ast.Assign | ast.AugAssign) -> bool:
    """``member.turn += 1``, of what sessions or tokens carry and is held against them."""
    if not isinstance(target, ast.Attribute | ast.Subscript) or called(target) not in carried(look):
        return False
    return isinstance(node, ast.AugAssign) or isinstance(node.value, ast.Call | ast.BinOp)


@once
def carried(look: Look) -> frozenset[str]:
    """The columns of accounts that are held against what a session or a token says: ``if member.turn !=
    claims["turn"]``."""
    found = set()
    for home in look.everywhere("session", "claims", "payload", "jwt", "token"):
        for node in home.module.nodes_of(ast.Compare):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                for one, other in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
                    if is_column(one) and is_part(other):
                        found.add(called(one))
    return frozenset(found - NO_VERSIONS)


NO_VERSIONS = frozenset(["id", "pk", "uuid", "sub", "name", "email", "username", "role", "kind", "type", ""])


def is_column(node: ast.expr) -> bool:
    """``member.turn``, ``row["turn"]``, and no part of a request."""
    return isinstance(node, ast.Attribute) or (
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
    )


def is_part(node: ast.expr) -> bool:
    """``claims["turn"]``, ``session.get("turn")``"""
    if isinstance(node, ast.Call):
        return called_function(node) in {"get", "pop"} and bool(node.args)
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)


def is_entry(look: Look, node: ast.expr, anything: bool) -> bool:
    """``del SESSIONS[sid]``; ``del session["user"]`` where anything counts."""
    if not isinstance(node, ast.Subscript):
        return False
    words = {word for each in walk(node) for word in words_of(called_text(each))}
    return not words & (ELSE | BROWSER) and (anything or bool(words & ABOUT))


def by_call(look: Look, node: ast.Call, *, anything: bool) -> bool:
    name = called_function(node)
    words = set(words_of(name))
    names = [each.name for each in look.call(node).named]
    if any(each.startswith(DJANGO) for each in names):
        return anything or not (any(each.startswith(OF_SESSIONS) for each in names) and gives_tokens(look))
    if "cherrypy.lib.sessions.expire" in names:
        return False  # of the cookie alone
    if words & (ELSE | BROWSER) or not words & (CERTAIN | TAKES | WRITES):
        return ({"log", "out"} <= words or {"sign", "out"} <= words) and not own(look, node)
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    said = words | {word for each in parts(look, node, base) for word in words_of(called_text(each))}
    said |= {word for each in node.args for word in words_of(looped_over(look, each))}
    statement = next((match for text in texts(look, node) if (match := STATEMENT.match(text))), None)
    if statement is not None:
        said |= set(words_of(statement[2]))
        words |= {"delete"} if statement[1].lower().startswith(("delete", "update")) else set()
    if said & ELSE and not words & CERTAIN:
        return False
    if words & CERTAIN:
        return True
    if words & {"logout", "signout"}:
        return not own(look, node)
    if words & TAKES and anything:
        return not is_response(node)
    if not words & (CERTAIN | TAKES | (WRITES - MAKES)):
        return bool(said & REFUSED)
    return bool(said & ABOUT) or bool(said & words_of_tables(look))


def looped_over(look: Look, node: ast.expr) -> str:
    """Of ``key`` in ``for key in redis.smembers(f"sessions:{uid}")`` all of that."""
    if not isinstance(node, ast.Name):
        return ""
    for above in look.module.above(node):
        if isinstance(above, ast.For | ast.AsyncFor) and any(
            isinstance(each, ast.Name) and each.id == node.id for each in walk(above.target)
        ):
            return unparsed(above.iter)
    return ""


def own(look: Look, node: ast.Call) -> bool:
    """Whether it is a function of the project, which is looked into."""
    return bool(look.shared.flow.calls.callees(node, look.scope(node)))


def parts(look: Look, node: ast.Call, base: ast.expr | None) -> Iterator[ast.AST]:
    """What a call speaks of: its arguments, and what it is called on unless that is a session of an ORM."""
    for each in arguments(node):
        yield from walk(each)
    yield from (each for each in node.keywords)
    if base is not None and called(base) not in {"db", "session", "conn"}:
        yield from walk(base)
    elif base is not None and called(base) == "session" and not is_database(look, base) and not of_db(base):
        yield base


def of_db(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and called(node.value) in {"db", "self", "database", "uow"}


def is_response(node: ast.Call) -> bool:
    """``response.headers.pop(...)``, ``request.POST.pop``."""
    text = unparsed(node.func).lower()
    return any(word in text for word in ("header", "response", "resp.", "kwargs", "params", "query", "form"))


def texts(look: Look, node: ast.Call) -> list[str]:
    return [text for each in node.args[:1] for text in look.values(each).texts]


def called_text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and len(node.value) < 300 else ""
    if isinstance(node, ast.keyword):
        return node.arg or ""
    return last_name(node)
