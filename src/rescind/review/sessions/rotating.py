"""What begins another session than the one that was brought: a new id, an entry that goes."""

from __future__ import annotations

import ast

from rescind.reading import Call, Function, last_name, unparsed, walk
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import in_circles, once
from rescind.review.sessions.sessions import (
    SESSION,
    WHO,
    by_client,
    is_database,
    is_identity,
    pairs,
    speaks,
    written_to,
)

ANEW = frozenset(
    ["acycle", "regenerate", "regenerated", "rotate", "rotated", "renew", "recreate", "reissue", "cycle",
     "erneuern", "erneuere", "renovar", "renueva", "regenera", "regenerar", "rotar", "rotiere",
     "trocar", "wechsle", "wechseln",
     "vernieuw", "vernieuwen", "wissel", "odnow", "wymien", "rinnova", "rigenera", "renouveler",
     "renouvelle", "regenere", "regenerer"]
)  # fmt: skip
MAKES = frozenset(
    ["new", "create", "make", "start", "begin", "open", "fresh", "issue", "generate", "destroy", "delete",
     "remove", "drop", "kill", "end", "reset", "change", "replace", "refresh", "clear", "flush", "add",
     "aflush",
     "invalidate", "pop", "revoke", "abrir", "anlegen", "beende", "beginne", "borra", "borrar", "cerrar",
     "crea",
     "crear", "cria", "criar", "eroeffne", "eliminar", "leeren", "limpiar", "loesche", "neu", "neue",
     "nova", "novo",
     "nueva", "nuevo", "oeffne", "vaciar",
     "nieuw", "nieuwe", "nowa", "nowy", "nuova", "nuovo", "nouvelle", "nouveau",
     "verwijder", "wis", "utworz", "usun", "elimina", "cancella",
     "ouvrir", "ouvre", "supprime", "detruire"]
)  # fmt: skip
SIGNS_IN = (
    "django.contrib.auth.login", "aiohttp_session.new_session", "allauth.account.utils.perform_login",
    "django.contrib.auth.alogin",
)  # fmt: skip


def begins_another(look: Look, function: Function, depth: int = 2) -> bool:
    """Whether a function begins another session than the one that was brought, itself or by what it calls."""
    for node in function.walk():
        if isinstance(node, ast.Delete) and any(ends_entry(each) for each in node.targets):
            return True
        if isinstance(node, ast.Assign) and any(is_new_id(look, *each) for each in pairs(node)):
            return True
        if isinstance(node, ast.Assign) and is_fresh_id(look, node):
            return True
        if isinstance(node, ast.Assign) and any(map(asks_for_another, node.targets)):
            return True
        anew = isinstance(node, ast.Call) and begins(look.call(node)) and not of_database(look, node)
        if anew and not only_for_some(look, node) and not only_by_name(look, node):
            return True
    if depth == 0:
        return False
    calls = [each for each in function.calls if not is_second_choice(look, each.node)]
    callees = {each.definition for call in calls for each in call.named} - {function}
    return any(
        begins_another(look.beside(each.module), each, depth - 1)
        for each in callees
        if isinstance(each, Function)
    )


def asks_for_another(target: ast.expr) -> bool:
    """``request.session["renew"] = True``, ``session.rotate = True``: what keeps it makes a new id later."""
    if not isinstance(target, ast.Attribute | ast.Subscript) or ANEW.isdisjoint(words_of(called(target))):
        return False
    return speaks(target.value)


def only_by_name(look: Look, node: ast.AST) -> bool:
    """``start_session(request, user)``, a function of the project that makes, ends and rotates nothing."""
    if not isinstance(node, ast.Call) or not ANEW.isdisjoint(words_of(called_function(node))):
        return False
    made = look.shared.flow.calls.callees(node, look.scope(node))
    return bool(made) and not any(makes_or_ends(look.beside(each.module), each) for each in made)


@once
@in_circles(bool)
def makes_or_ends(look: Look, function: Function) -> bool:
    """Whether a function makes something random, takes something out, or calls what it does not say."""
    if any(isinstance(each, ast.Delete) for each in function.walk()):
        return True
    for call in function.calls:
        name = called_function(call.node)
        inner = look.shared.flow.calls.callees(call.node, look.scope(call.node))
        if inner and any(makes_or_ends(look.beside(each.module), each) for each in inner):
            return True
        if not inner and set(words_of(name)) & (
            MAKES | ANEW | RANDOM | {"insert", "rename", "setex", "execute"}
        ):
            return True
        if any(each.name.startswith(SIGNS_IN) for each in call.named):
            return True
    return False


def begun_before(look: Look, function: Function) -> bool:
    """Whether a function takes out of the session what is only put there once another one was begun: the
    first of two steps did."""
    begun = keys_of_begun(look)
    return any(key in begun for node in function.walk() for key in read_from(node))


@once
def keys_of_begun(look: Look) -> frozenset[str]:
    """The keys that all functions which write them write into a session that was begun anew."""
    found: dict[str, bool] = {}
    for home in look.everywhere("sess"):
        for function in home.module.functions:
            keys = [each.key for each in written_to(home, function)]
            anew = bool(keys) and begins_another(home, function)
            for key in keys:
                found[key] = found.get(key, True) and anew
    return frozenset(key for key, anew in found.items() if anew)


def read_from(node: ast.AST) -> list[str]:
    """``session.pop("half")``, ``session["half"]``"""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        base, key = node.func.value, node.args[0]
        if called_function(node) not in {"pop", "get"}:
            return []
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        base, key = node.value, node.slice
    else:
        return []
    return (
        [key.value] if isinstance(key, ast.Constant) and isinstance(key.value, str) and speaks(base) else []
    )


def ends_entry(node: ast.expr) -> bool:
    """``del SESSIONS[sid]``; of ``del session["state"]`` one key goes, and the id stays."""
    return isinstance(node, ast.Subscript) and speaks(node.value) and not isinstance(node.slice, ast.Constant)


def is_new_id(look: Look, target: ast.expr, value: ast.expr) -> bool:
    """``session.sid = new_id()``"""
    if not isinstance(target, ast.Attribute):
        return False
    if target.attr in {"sid", "session_id", "session_key", "id"} and speaks(target.value):
        return not by_client(look, value)
    return not IDS.isdisjoint(words_of(target.attr)[-1:]) and any(
        isinstance(each, ast.Call) and makes_id(set(words_of(unparsed(each.func)))) for each in walk(value)
    )


def makes_id(words: set[str]) -> bool:
    """``secrets.token_hex``, and not ``generate_password_hash``."""
    return bool(words & RANDOM) and not words & {"password", "pw", "passwd"}


def is_fresh_id(look: Look, node: ast.Assign) -> bool:
    """``sid = secrets.token_urlsafe(32)``, and not only where none was brought, or none is known."""
    target, value = node.targets[0], node.value
    value = value.value if isinstance(value, ast.Await) else value
    if not isinstance(target, ast.Name) or not isinstance(value, ast.Call):
        return False
    words = set(words_of(target.id))
    if not words & (SESSION | {"kennung", "clave", "id"}) or words & ELSE:
        return False
    names = [each.name for one in walk(value) if isinstance(one, ast.Call) for each in look.call(one).named]
    random = any(name.startswith(("secrets.", "uuid.", "os.urandom")) for name in names)
    return random and not any(
        isinstance(above, ast.If) and target.id in {getattr(each, "id", "") for each in walk(above.test)}
        for above in look.module.above(node)
    )


def only_for_some(look: Look, node: ast.AST) -> bool:
    """``if user.is_staff: session.cycle_key()``, ``if "user_id" in session: session.flush()``,
    ``request.cookies.get("sid") or new_session_id()``: the others keep their id."""
    below = node
    for above in look.module.above(node):
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
            return False
        if isinstance(above, ast.BoolOp) and isinstance(above.op, ast.Or) and below is not above.values[0]:
            return True
        if isinstance(above, ast.If) and below is not above.test and not above.orelse:
            goes_on = any(isinstance(each, ast.Return) for each in above.body)
            if not goes_on and len(above.body) == 1 and about_person(above.test):
                return True
            if not goes_on and is_wish(look, above):
                return True
        below = above
    return False


def is_second_choice(look: Look, node: ast.AST) -> bool:
    """``request.cookies.get("sid") or begin()``: what is begun there, whoever brought an id does not get."""
    below = node
    for above in look.module.above(node):
        if isinstance(above, ast.BoolOp) and isinstance(above.op, ast.Or) and below is not above.values[0]:
            return True
        if isinstance(above, ast.stmt):
            return False
        below = above
    return False


def is_wish(look: Look, node: ast.If) -> bool:
    """``if request.POST.get("remember"): session.cycle_key()``, and who is signed in is written elsewhere."""
    for each in walk(node.test):
        if isinstance(each, ast.Name | ast.Attribute | ast.Call) and speaks(each):
            return False
        if isinstance(each, ast.Call) and called_function(each) not in {"get", "getlist", "bool"}:
            return False
    asked = any(
        one.kind == "request" and one.part in {"form", "query", "body"} for one in look.origins(node.test)
    )
    inside = [
        target
        for each in node.body
        for one in walk(each)
        if isinstance(one, ast.Assign)
        for target in one.targets
    ]
    return asked and not any(
        isinstance(each, ast.Subscript | ast.Attribute) and speaks(each.value) for each in inside
    )


def about_person(test: ast.expr) -> bool:
    for each in walk(test):
        if isinstance(each, ast.Attribute) and not WHO.isdisjoint(words_of(last_name(each.value))):
            return each.attr.startswith(("is_", "has_", "role"))
        if isinstance(each, ast.Compare) and isinstance(each.ops[0], ast.In) and speaks(each.comparators[0]):
            return isinstance(each.left, ast.Constant) and is_identity(str(each.left.value))
    return False


def of_database(look: Look, node: ast.Call) -> bool:
    """``db.session.flush()``, of an ORM."""
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    if isinstance(base, ast.Attribute) and base.attr == "session":
        return last_name(base.value) in {"db", "database", "uow"} or is_database(look, base)
    return isinstance(base, ast.Name) and is_database(look, base)


ELSE = frozenset(["csrf", "state", "nonce", "remember", "device", "request", "trace", "user", "api"])
IDS = frozenset(["digest", "hash", "id", "kennung", "key", "sid", "token", "uuid"])
RANDOM = frozenset(["secrets", "uuid", "uuid4", "urandom", "token", "generate", "new", "random", "fresh"])


def begins(call: Call) -> bool:
    if any(each.name.startswith(SIGNS_IN) for each in call.named):
        return True
    name = called_function(call.node)
    words = set(words_of(name))
    func = call.node.func
    base = func.value if isinstance(func, ast.Attribute) else None
    about = not SESSION.isdisjoint(words) or (base is not None and speaks(base))
    if name == "clear" and any(each.name.startswith(("cherrypy.session", "beaker.")) for each in call.named):
        return False  # it is empty, and has the same id
    if words & ANEW:
        return about or not words - ANEW or bool(words & {"key", "id", "cookie"})
    if base is not None and call.node.args and (name == "pop" or speaks(base)):
        first = call.node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            return False  # one key goes
        if name == "pop":
            return about
    return about and bool(words & MAKES) and name not in {"add", "refresh", "replace_one"}
