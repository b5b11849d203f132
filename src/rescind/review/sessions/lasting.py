"""What a project gives out that lasts until somebody ends it: entries of sessions, tokens, signed cookies."""

from __future__ import annotations

import ast
import re

from rescind.reading import Call, unparsed, walk
from rescind.review.credentials.kept import tables
from rescind.review.credentials.people import is_person_column
from rescind.review.credentials.signed_in import taken
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function, variables
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.sessions.authority import of_authority
from rescind.review.sessions.keyed import by_cookie
from rescind.review.sessions.sessions import SESSION, is_identity, own_interface
from rescind.review.sessions.signing_in import NO_SESSION

DEEPEST = 3

ISSUES = re.compile(
    r"jwt\.encode\(|create_access_token\(|create_refresh_token\(|RefreshToken\.for_user|JWTStrategy\("
    r"|AuthTktAuthenticationPolicy\(|AuthTktCookieHelper\("
    r"|Token\.objects\.(?:get_or_)?create\(|\bTokenAuthentication\b|ObtainAuthToken|obtain_auth_token|TokenObtainPairView"
)
STORED = re.compile(
    r"(?i)(?:insert|replace)\s+(?:or\s+\w+\s+)?into\s+[\"`]?\w*(?:session|token|login|sign_?in|device|sitzung(?:en)?|sesion(?:es)?|sessao|sessoes)s?\b"
    r"|\b\w*(?:session|token)s?\w*\[[^\]\"']+\]\s*=[^=]|(?:set|setex|hset|hmset)\(\s*f?[\"'](?:\w+:)*"
    r"(?:session|sess|sid|token|refresh|login|sitzung|sesion|sessao)s?:"
    r"|\b(?:sessions|tokens|sitzungen|sesiones|(?-i:\w*(?:Session|Token|Sitzung|Sesion)))\.(?:insert(?:_one)?|objects\.create|create)\("
    r"|\.add\(\s*(?-i:\w*(?:Session|Token|Sitzung|Sesion))\("
    r"|\b(?:sitzungen|sesiones|logins|sign_ins)\[[^\]\"']+\]\s*=[^=]"
)
KEEPERS = (
    "rest_framework.authtoken",
    "flask_session",
    "aiohttp_session",
    "cherrypy.session",
    "sanic_session",
    "starsessions",
    "beaker",
)
RESETS = re.compile(r"(?i)reset|csrf|invite|verif|confirm|activation|otp|forgot|chat|page_token|device_code")


# By these columns people tell the keys apart that they made for programs, and end them one by one.
OF_PROGRAMS = frozenset(["prefix", "name", "label", "title", "description"])
IMPORTS_DJANGO = re.compile(r"(?m)^\s*(?:from|import) (?:django|rest_framework|ninja)\b")


@once
def gives_tokens(look: Look) -> bool:
    """Whether a project of Django gives out tokens too, or keeps sign-ins of its own."""
    if look.shared.imports("rest_framework_simplejwt", "rest_framework.authtoken", "knox"):
        return True
    return any(
        IMPORTS_DJANGO.search(each.look.module.text) and OF_PROGRAMS.isdisjoint(each.found.table.columns)
        for each in taken(look)
    ) or any(
        "jwt.encode(" in home.module.text and IMPORTS_DJANGO.search(home.module.text)
        for home in look.everywhere("django")
    )


@once
def has_to_end(look: Look) -> bool:
    """Whether the project gives out what lasts on a server or by itself: entries of sessions, tokens."""
    if any(issues(look.beside(module)) for module in look.project.modules) or own_interface(look):
        return True
    return bool(taken(look))


def issues(look: Look) -> bool:
    if look.is_test:
        return False
    text = look.module.text
    if "_cookie(" in text and any(
        is_random_cookie(look, each) or is_signed_cookie(look, each) for each in look.calls
    ):
        return True
    if ISSUES.search(text) or any(each in text for each in KEEPERS):
        return True
    if look.speaks_of(OPENS) and any(is_opened_by_cookie(look, each) for each in look.calls):
        return True
    for match in STORED.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : text.find("\n", match.end())]
        if not RESETS.search(line):
            return True
    return False


OPENS = ("cookie", "(sid", "sid)", "sid,", "sess")
# What reads one entry of a store.
READS = frozenset(["fetch", "find", "get", "hgetall", "load", "lookup", "read", "retrieve"])
KEEPS = SESSION | {"cache", "kv", "redis", "storage", "store", "stores", "visits"}
SELECT = re.compile(r"(?is)^\s*select\b(.*?)\bfrom\s+\W?(\w+)")


def is_opened_by_cookie(look: Look, call: Call) -> bool:
    """``redis.get("web:" + request.cookies["web"])``, ``self.store.read(sid)``, ``SELECT user_id FROM visits
    WHERE digest = ?``: who has the cookie has what stands there."""
    node = call.node
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    name, opened = called_function(node), False
    if "cookie" in look.lowered and is_row_of_people(look, node, name):
        return NO_SESSION.isdisjoint(words_of(unparsed(node)))
    if name in OF_FILES and (base is None) is bool(node.args):
        held = node.args[0] if base is None else base
        return by_cookie(look, held) and NO_SESSION.isdisjoint(words_of(unparsed(node)))
    if base is None or not node.args:
        return False
    first = node.args[0]
    if name in {"get", "hgetall"} and isinstance(first, ast.BinOp | ast.JoinedStr | ast.Name):
        opened = "cookie" in look.lowered and by_cookie(look, first)
    elif len(node.args) == 1 and name in READS and not KEEPS.isdisjoint(words_of(called(base))):
        opened = is_key(look, first) and by_cookie(look, first)
    elif len(node.args) > 1 and isinstance(first, ast.Constant | ast.Name):
        rows = [found for text in look.values(first).texts if (found := SELECT.match(text))]
        opened = any(is_of_people(look, *row.groups()) for row in rows) and any(
            by_cookie(look, each) for part in arguments(node)[1:] for each in parts_of(part)
        )
    return opened and NO_SESSION.isdisjoint(words_of(unparsed(node)))


OF_FILES = frozenset(["open", "read_bytes", "read_text"])
OF_MODELS = frozenset(["aget", "filter", "filter_by", "first", "get", "get_or_none", "get_object_or_404"])


def is_row_of_people(look: Look, node: ast.Call, name: str) -> bool:
    """``Stay.objects.filter(key=request.COOKIES["stay"])``, of a table that says whose a row is."""
    if name not in OF_MODELS or not node.keywords:
        return False
    known = tables(look)
    found = (known[each] for each in variables(node) if each in known)
    return any(is_of_people(look, " ".join(each.columns), each.name) for each in found) and any(
        by_cookie(look, each.value) for each in node.keywords
    )


def is_key(look: Look, node: ast.expr) -> bool:
    """``sid``, ``self.key(sid)``"""
    return isinstance(node, ast.Name | ast.Call) and not SESSION.isdisjoint(
        word for each in walk(node) if isinstance(each, ast.Name) for word in words_of(each.id)
    )


def is_of_people(look: Look, columns: str, table: str) -> bool:
    """Whether the rows of a table are sessions, or say whose they are."""
    names = re.findall(r"\w+", columns)
    return not SESSION.isdisjoint(words_of(table)) or any(
        is_identity(each) or is_person_column(look, each) for each in names
    )


def parts_of(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Tuple | ast.List):
        return node.elts
    return node.values if isinstance(node, ast.Dict) else [node]


def is_random_cookie(look: Look, call: Call) -> bool:
    """``response.set_cookie("sid", store.open(user))``, of something random: it opens an entry."""
    if called_function(call.node) != "set_cookie":
        return False
    key, value = call.argument("key", 0) or call.argument("name", 0), call.argument("value", 1)
    return value is not None and of_authority(look, key, value) and is_random(look, value)


def is_signed_cookie(look: Look, call: Call) -> bool:
    """``set_signed_cookie("user", name)``, ``response.set_cookie("user", signer.sign(name))``: whoever
    has a copy is let in until its end, unless something is asked on the server."""
    name = called_function(call.node)
    if name not in {"set_secure_cookie", "set_signed_cookie", "set_cookie"}:
        return False
    key, value = call.argument("key", 0) or call.argument("name", 0), call.argument("value", 1)
    if value is None or not of_authority(look, key, None, signed=True):
        return False
    if name != "set_cookie":
        return True
    values = [value] if not isinstance(value, ast.Name) else [
        one.value for one in bindings_at(value, look.scope(value)) if one.value is not None
    ]  # fmt: skip
    return any(
        not SIGNS.isdisjoint(words_of(called_function(each)))
        for one in values
        for each in walk(one)
        if isinstance(each, ast.Call)
    )


SIGNS = frozenset(["sign", "signed", "dumps", "seal", "sealed", "assinar", "firmar", "signieren", "signer"])


def is_random(look: Look, node: ast.expr, depth: int = DEEPEST) -> bool:
    """Whether something is made of random numbers, here or by a function of the project that gives it."""
    for each in walk(node):
        if isinstance(each, ast.Call):
            if any(
                one.name.startswith(("secrets.", "uuid.uuid4", "os.urandom")) for one in look.call(each).named
            ):
                return True
            made = look.shared.flow.calls.callees(each, look.scope(each)) if depth else []
            if any(
                is_random(look.beside(one.module), value, depth - 1) for one in made for value in one.returns
            ):
                return True
        elif isinstance(each, ast.Name) and depth:
            values = [one.value for one in bindings_at(each, look.scope(each)) if one.kind == "assign"]
            if any(value is not None and is_random(look, value, depth - 1) for value in values):
                return True
    return False
