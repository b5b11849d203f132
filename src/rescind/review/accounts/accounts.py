"""Whether an expression looks an account up by what somebody typed."""

from __future__ import annotations

import ast

from rescind.reading import last_name, unparsed, walk
from rescind.review.flow import Policy
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.secrets.named import has_fields

TYPED = frozenset(
    ["email", "mail", "username", "login", "phone", "nick", "nickname", "handle", "mobile", "identifier",
    "address", "account", "name", "user",
     "msisdn", "number", "userid", "ident", "telephone", "correo", "courriel", "benutzername", "nutzername",
     "telefono", "telefon", "usuario", "utilisateur", "apodo"]
)  # fmt: skip
ACCOUNTS = frozenset(
    ["user", "users", "member", "members", "account", "accounts", "person", "people", "customer",
    "customers", "row", "record", "profile",
     "found", "rider", "client", "subscriber", "employee", "staff", "admin", "patient", "student",
     "principal", "login", "who", "match", "benutzer", "cliente", "clientes", "cuenta", "cuentas", "compte",
     "konto", "konten", "kunde", "kunden", "miembro", "mitglied", "mitglieder", "nutzer", "conta",
     "contas", "pessoa", "pessoas", "persona",
     "personas",
     "registro", "socio", "socios", "usuario", "usuarios", "usuaria", "utente", "utilisateur", "zeile",
     "fila"]
)  # fmt: skip
CERTAIN = frozenset(
    [
        "email",
        "mail",
        "username",
        "login",
        "phone",
        "nick",
        "nickname",
        "mobile",
        "msisdn",
        "telephone",
        "identifier",
        "correo",
        "courriel",
        "benutzername",
        "nutzername",
        "telefono",
        "telefon",
    ]
)
NOT_TYPED = frozenset(
    ["key", "token", "digest", "code", "sid", "pk", "password", "pw", "pwd", "passwd", "pin", "hash", "id",
     "uuid", "guid", "uid", "sub", "session", "jti"]
)  # fmt: skip
READS = frozenset(
    [
        "get", "find", "fetch", "load", "lookup", "by", "query", "select", "first", "one", "search",
        "retrieve", "read", "scalar", "execute", "filter", "aget", "afirst", "fetchrow", "fetchone",
        "scalars", "objects", "exists", "registered", "lookup_user", "has", "exec", "busca", "buscar",
        "cherche", "encontrar", "finde", "hole", "lade", "lies", "localizar", "nach", "obtener", "obter",
        "per",
        "por", "suche", "trouve",
    ]
)  # fmt: skip
MISSES = {"first_or_404", "get_or_404", "one_or_404", "get_object_or_404", "aget_object_or_404"}


def is_input(look: Look, target: str, value: ast.expr) -> bool:
    """``name = form.get("name")``: what was typed, no account."""
    if not CERTAIN.isdisjoint(words_of(target)):
        return True
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant | ast.Slice | ast.UnaryOp):
        return True
    if isinstance(value, ast.Call) and is_one_field(value):
        return True
    receiver = (
        value.func.value if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) else None
    )
    if isinstance(receiver, ast.Name | ast.Attribute) and not INPUTS.isdisjoint(
        words_of(last_name(receiver))
    ):
        return True
    return bool(look.shared.flow.web.part(value, look.scope(value)))


def is_one_field(node: ast.Call) -> bool:
    """``required(params, "scope")``, also with something around it that makes a truth or a number of it."""
    if len(node.args) == 1 and isinstance(node.func, ast.Name) and isinstance(node.args[0], ast.Call):
        return is_one_field(node.args[0])
    if not isinstance(node.func, ast.Name) or len(node.args) < 2:
        return False
    held, key = node.args[:2]
    return isinstance(key, ast.Constant) and not INPUTS.isdisjoint(words_of(last_name(held)))


def has_fixed_key(value: ast.expr) -> bool:
    """``session.get("user")``, and not ``session.get(User, number)`` or ``db.get("SELECT ...")`` of a
    database."""
    key = next(iter(value.args), None) if isinstance(value, ast.Call) else None
    return isinstance(key, ast.Constant) and not str(key.value).lower().lstrip().startswith("select ")


INPUTS = frozenset(
    [
        "kwargs", "form", "data", "request", "payload", "body", "args", "params", "json", "headers",
        "settings",
        "config", "environ", "attrs", "options", "cookies",
    ]
)  # fmt: skip


def finds_account(look: Look, name: str, call: ast.expr, *, sure: bool = False, tried: bool = False) -> bool:
    """By an address or a name that somebody typed, in what keeps accounts.

    Args:
        name: what the account is kept in; empty: in nothing.
        sure: whether a column that only people have must be named.
        tried: whether a password is held against what it gives: that is an account, however it is called.
    """
    every = list(walk(call))
    functions = {each.func for each in every if isinstance(each, ast.Call)}
    words = {
        word
        for each in every
        if not of_self(each)
        for word in told_by(look, each, is_function=each in functions)
    }
    if takes_out(call):
        return False
    if any(isinstance(each, ast.Call) and shows_secret(each) for each in every):
        return False  # it finds nobody where the secret is wrong
    if any(isinstance(each, ast.Call) and OPENS & set(words_of(called_function(each))) for each in every):
        return False  # nobody can write what is signed or sealed
    if (
        asked_by(call) & NOT_TYPED
        or is_key(name)
        or (not tried and (not TYPED & words or words & OF_PROGRAMS))
    ):
        return False
    certain = tried or bool(CERTAIN & words)
    if not certain and (sure or ACCOUNTS.isdisjoint({*words_of(name), *asked_of(every)})):
        return False
    names = [called_function(each) for each in every if isinstance(each, ast.Call)]
    if any(by_id(each) for each in names) or MAKES & set(words_of(names[0])[:1] if names else ()):
        return False
    reads = tried or any(reads_one(look, each) for each in every) or by_helper(look, call)
    return reads and typed(look, call)


OPENS = frozenset(["unsign", "unseal", "decrypt"])


def takes_out(call: ast.expr) -> bool:
    """``told.get("user")``, ``list(names)``: of what was sent already, and not out of a store."""
    while isinstance(call, ast.Attribute) or (
        isinstance(call, ast.Call) and not call.args and not call.keywords
    ):
        call = call.func if isinstance(call, ast.Call) else call.value  # ``.text.strip()``
    if not isinstance(call, ast.Call):
        return False
    if isinstance(call.func, ast.Name):
        return call.func.id in {"list", "set", "tuple", "dict", "sorted", "str"}
    return called_function(call) in {"get", "pop", "find"} and len(call.args) <= 2 and has_fixed_key(call)


def shows_secret(call: ast.Call) -> bool:
    """``find(form.email.data, form.password.data)``"""
    given = arguments(call)
    kinds = {secret_kind(called(one)) for each in given for one in walk(each)}
    kinds |= {secret_kind(each.arg or "") for each in call.keywords}
    return not kinds.isdisjoint({"password", "code", "token", "digest", "key"})


def by_helper(look: Look, call: ast.expr) -> bool:
    """A function of the project, by whatever name, that gives what it finds so."""
    if not isinstance(call, ast.Call) or shows_secret(call):
        return False  # ``user = authenticate(name, password)`` finds nobody where the password is wrong
    for each in look.shared.flow.calls.callees(call, look.scope(call)):
        home = look.beside(each.module)
        for value in each.returns:
            held = [value]
            if isinstance(value, ast.Name):
                held = [one.value for one in bindings_at(value, home.scope(value)) if one.value is not None]
            for given in held:
                inner = given.value if isinstance(given, ast.Await) else given
                if any(reads_one(home, one) for one in walk(inner)) and typed(home, inner):
                    return True
    return False


MAKES = frozenset(["add", "create", "register", "make", "new", "build", "insert"])


def of_self(node: ast.AST) -> bool:
    """``self.anonymous_user``, which nobody typed."""
    return isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "self"


def asked_of(every: list[ast.AST]) -> set[str]:
    """The words of what is asked: of functions and containers, and not of what they are given."""
    found: set[str] = set()
    for each in every:
        if isinstance(each, ast.Call):
            found |= set(without_agents(words_of(unparsed(each.func))))
            if called_function(each) in {"select", "query", "get", "get_object_or_404"} and each.args:
                found |= set(words_of(unparsed(each.args[0]))) if is_model(each.args[0]) else set()
        elif isinstance(each, ast.Subscript):
            found |= set(words_of(last_name(each.value)))
        elif (
            isinstance(each, ast.Constant) and isinstance(each.value, str) and " from " in each.value.lower()
        ):
            found |= set(words_of(each.value.lower().partition(" from ")[2].partition(" where ")[0]))
    return found


def is_model(node: ast.expr) -> bool:
    return last_name(node)[:1].isupper()


def is_key(name: str) -> bool:
    """``user_id``, ``uid``: of something that is found by what nobody types."""
    return not NOT_TYPED.isdisjoint(words_of(name)[-1:])


# The clients of OAuth are programs, whose ids are no secret.
OF_PROGRAMS = frozenset(["client", "oauth", "tenant", "webhook"])


def by_id(name: str) -> bool:
    """``get_user_by_uuid``"""
    return not NOT_TYPED.isdisjoint(behind_by(name))


BY = frozenset(["by", "por", "nach", "per"])


def behind_by(name: str) -> tuple[str, ...]:
    """``email`` of ``get_user_by_email``."""
    words = words_of(name)
    return next((words[at + 1 :] for at, word in enumerate(words) if word in BY), ())


def reads_one(look: Look, node: ast.AST) -> bool:
    """A call that gets something, ``next(... for ...)``, ``USERS[name]``."""
    if isinstance(node, ast.Subscript):
        keyed = isinstance(node.slice, ast.Name | ast.Subscript | ast.Attribute | ast.Call)
        return keyed and not ACCOUNTS.isdisjoint(words_of(last_name(node.value)))
    if not isinstance(node, ast.Call):
        return False
    name = called_function(node)
    if name == "next" and node.args and isinstance(node.args[0], ast.GeneratorExp):
        among = node.args[0].generators[0].iter
        return not ACCOUNTS.isdisjoint(words_of(unparsed(among)))
    return not READS.isdisjoint(words_of(name))


def asked_by(call: ast.expr) -> set[str]:
    """The names of the columns that a lookup goes by."""
    found: set[str] = set()
    for each in walk(call):
        if isinstance(each, ast.keyword):
            found |= set(words_of(each.arg or ""))
        elif (
            isinstance(each, ast.Constant) and isinstance(each.value, str) and " where " in each.value.lower()
        ):
            found |= set(words_of(each.value.lower().rpartition(" where ")[2]))
    return found


def told_by(look: Look, node: ast.AST, *, is_function: bool = False) -> tuple[str, ...]:
    """The words of names, keywords and texts of a lookup, without those of keys.

    Of ``get_user_by_email`` they are what it goes by.
    """
    if is_function:
        return behind_by(last_name(node))
    if isinstance(node, ast.Name) and any(
        one.kind == "import" for one in bindings_at(node, look.scope(node))
    ):
        return ()  # ``email.utils`` is a module
    if isinstance(node, ast.Name) and node.id.isupper():  # a statement that stands elsewhere
        texts = [text.lower().rpartition(" where ")[2] for text in look.values(node).texts]
        return tuple(word for text in (texts or [node.id]) for word in words_of(text))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        where = node.value.lower().rpartition(" where ")[2]
        return () if is_key(where) else words_of(where)
    name = (node.arg or "") if isinstance(node, ast.keyword) else last_name(node)
    return () if is_key(name) else without_agents(words_of(name))


def without_agents(words: tuple[str, ...]) -> tuple[str, ...]:
    """Of ``user_agent`` nothing: it is a program."""
    return () if words[-2:] == ("user", "agent") else words


def typed(look: Look, call: ast.expr) -> bool:
    """Whether an argument of the lookup is what a request says, or a parameter of the function; an id is
    not."""
    for each in walk(call):
        if each is call or not isinstance(each, ast.Name | ast.Subscript | ast.Attribute | ast.Call):
            continue
        if not NOT_TYPED.isdisjoint(words_of(called(each))[-1:]):
            continue
        bound = bindings_at(each, look.scope(each)) if isinstance(each, ast.Name) else ()
        if isinstance(each, ast.Name) and is_somebody(look, each):
            continue
        if isinstance(each, ast.Name) and any(one.kind == "parameter" for one in bound):
            handed = isinstance(look.module.parent_of(each), ast.Call | ast.keyword)
            somebody = is_object(look, each) or has_fields(each, look.scope(each))
            if each.id not in NO_INPUT and not (handed and somebody):
                return True
            continue
        if is_own_field(look, each) or any(is_rewritten(look, one.value) for one in bound):
            return True
        if any(one.kind == "request" for one in look.origins(each, BY_HAND)):
            return True
    return False


def is_somebody(look: Look, node: ast.Name) -> bool:
    """``user.email`` of a ``user`` that was handed in: who is known already."""
    above = look.module.parent_of(node)
    return (
        isinstance(above, ast.Attribute)
        and above.value is node
        and node.id in {"user", "account", "member"}
        and above.attr in CERTAIN
    )


def is_rewritten(look: Look, value: ast.expr | None) -> bool:
    """``number = given.replace(" ", "").upper()`` of a parameter."""
    cut = value
    while isinstance(cut, ast.Call) and isinstance(cut.func, ast.Attribute) and cut.func.attr in REWRITES:
        cut = cut.func.value
    if cut is value or not isinstance(cut, ast.Name) or cut.id in NO_INPUT:
        return False
    return any(one.kind == "parameter" for one in bindings_at(cut, look.scope(cut)))


REWRITES = frozenset(
    ["strip", "lower", "upper", "casefold", "replace", "lstrip", "rstrip", "removeprefix", "removesuffix",
     "title", "zfill", "translate"]
)  # fmt: skip


def opens_signed(node: ast.Call, _names: list[str]) -> bool:
    """``decode_jwt(token)``, ``serializer.loads(token)``: who holds the token was told who it is for."""
    words, whole = set(words_of(called_function(node))), unparsed(node.func)
    if words & {"unsign", "loads"}:
        return not whole.startswith(("json.", "orjson.", "ujson."))
    return "decode" in words and not {"jwt", "token", "jws", "paseto"}.isdisjoint(words_of(whole))


BY_HAND = Policy("by hand", special=opens_signed)


def is_object(look: Look, node: ast.Name) -> bool:
    """``user: User``: somebody who was found before, where it is handed on as a whole."""
    types = look.project.types_of(node, look.scope(node))
    return bool(types) and all(
        each.name.rpartition(".")[2][:1].isupper() and not each.name.endswith(("Str", "Any", "AnyStr"))
        for each in types
    )


def is_own_field(look: Look, node: ast.expr) -> bool:
    """``self.email.data`` in a form of WTForms."""
    if (
        not isinstance(node, ast.Attribute)
        or node.attr != "data"
        or not isinstance(node.value, ast.Attribute)
    ):
        return False
    function = look.function(node)
    return (
        of_self(node.value)
        and function is not None
        and function.cls is not None
        and any(each.name.endswith("Form") for each in function.cls.mro)
    )


NO_INPUT = frozenset(
    ["self", "cls", "request", "session", "db", "conn", "cursor", "pool", "connection", "info", "context",
     "app", "engine", "store", "repo", "users", "model"]
)  # fmt: skip
