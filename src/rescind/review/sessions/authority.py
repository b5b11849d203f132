"""Cookies of authority: those that say who somebody is."""

from __future__ import annotations

import ast

from rescind.reading import Text
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import QUESTIONS, secret_kind, words_of
from rescind.review.settings.defaults import values_given

NAMES = frozenset(
    ["access", "accesstoken", "account", "admin", "apikey", "auth", "authtoken", "credential", "credentials",
     "device", "identity", "impersonate", "jsessionid", "jwt", "logged", "login", "member", "phpsessid",
     "refresh", "remember", "remembered", "sess", "sesion", "session", "sessionid", "sid", "signin",
     "sitzung", "kennung", "lembrar", "merken", "recuerdame", "sessao", "acceso", "acesso", "zugang",
     "ssid", "sso", "ticket", "token", "uid", "user", "userid",
     "benutzer", "gebruiker", "konto", "mitglied", "nutzer", "usuario", "utente", "utilisateur",
     "anmeldung", "inlog", "inloggning", "logowanie", "connexion", "relace", "sesja", "sessie", "sessione",
     "gettone", "jeton", "apparaat", "appareil", "dispositivo", "geraet", "urzadzenie",
     "onthoud", "ricordami", "souvenir", "uzivatel", "uzytkownik", "anvandare", "bruger"]
)  # fmt: skip
HARMLESS = frozenset(
    ["analytics", "banner", "consent", "csrf", "csrftoken", "flash", "lang", "language", "last", "locale",
     "preferences", "prefs", "theme", "timezone", "tracking", "xsrf"]
)  # fmt: skip
# What makes something that lets in: ``signer.sign(...)``, ``jwt.encode(...)``, ``token_urlsafe()``.
MAKES = frozenset(["dumps", "encode", "hex", "jwt", "session", "sign", "signed", "token", "urlsafe"])


# Plain texts of values, which a signer's ``dumps`` is not.
DUMPS = frozenset(["json.dumps", "orjson.dumps", "ujson.dumps", "simplejson.dumps"])
SESSIONS = frozenset(
    ["sess", "session", "sesion", "sesja", "sessao", "sessie", "sessione", "sitzung", "ticket", "visit"]
)
PERSONS = frozenset(["account", "admin", "member", "owner", "person", "user", "who"])

WHO = frozenset(["email", "id", "login", "mail", "name", "pk", "uid", "user", "username"])
"""Last words of what says who somebody is; in a cookie that is signed they are believed."""


def of_authority(look: Look, name: ast.expr | None, value: ast.expr | None, *, signed: bool = False) -> bool:
    """Whether a cookie of that name and value lets somebody in."""
    said = names_of(look, name)
    words = {word for each in said for word in words_of(each)}
    if words & HARMLESS or any(words_of(each)[:1] and words_of(each)[0] in QUESTIONS for each in said):
        return False
    if words & NAMES or any(each.startswith("__Host-") for each in said):
        return True
    if signed and value is not None and not WHO.isdisjoint(words_of(called(value))[-1:]):
        return True
    return value is not None and lets_in(look, value)


def lets_in(look: Look, value: ast.expr, depth: int = 2) -> bool:
    """Whether a value is a token, the id of a session, or who somebody is."""
    value = value.value if isinstance(value, ast.Await) else value
    held = called(value)
    if held in {"sid", "session_id", "user_id", "uid"} or secret_kind(held) in {"token", "password"}:
        return True
    if isinstance(value, ast.Attribute) and value.attr in {"id", "key", "sid", "public_id"}:
        return not SESSIONS.isdisjoint(words_of(called(value.value))[-1:])
    if isinstance(value, ast.JoinedStr):
        inside = [each.value for each in value.values if isinstance(each, ast.FormattedValue)]
        return any(lets_in(look, each, depth) for each in inside) or says_who(inside)
    if isinstance(value, ast.Call):
        return of_call(look, value, depth)
    if isinstance(value, ast.Name) and depth:
        bound = [one for one in look.scope(value).lookup(value.id) if one.kind == "assign"]
        values = [one.value for one in bound if one.scope.module is look.module]
        return any(each is not None and lets_in(look, each, depth - 1) for each in values)
    return False


def of_call(look: Look, value: ast.Call, depth: int) -> bool:
    last = called_function(value)
    first = value.args[0] if value.args else None
    if last in {"str", "format"} and first is not None:
        return lets_in(look, first, depth)
    if last == "dumps" and isinstance(first, ast.Dict) and look.name(value.func) in DUMPS:
        return says_who([each for each in first.values if each is not None])
    plain = last == "encode" and isinstance(value.func, ast.Attribute) and not value.args
    if not plain and not MAKES.isdisjoint(words_of(last)) and last not in {"urlencode", "quote"}:
        return True
    gives = look.shared.flow.calls.callees(value, look.scope(value)) if depth else ()
    return any(
        lets_in(look.beside(each.module), given, depth - 1)
        for each in gives
        if each.name != "__init__"
        for given in each.returns
    )


def says_who(values: list[ast.expr]) -> bool:
    """``f"{user.id}.{mark}"``, ``{"id": user.id, "role": user.role}``: whose it is, and something beside."""
    return len(values) > 1 and any(
        isinstance(each, ast.Attribute)
        and each.attr in WHO
        and not PERSONS.isdisjoint(words_of(called(each.value))[-1:])
        for each in values
    )


def names_of(look: Look, node: ast.expr | None) -> list[str]:
    """What a cookie may be called; of a name that is not known the name of the setting that has it."""
    if node is None:
        return []
    values = values_given(look, node).options
    found = [each.value for each in values if isinstance(each.value, str) and each.value]
    found += [each.value.decode("latin-1") for each in values if isinstance(each.value, bytes) and each.value]
    found += [
        "".join(part or "" for part in each.value.parts) for each in values if isinstance(each.value, Text)
    ]
    return found or [called(node).lower().replace("cookie_name", "").replace("name", "")]
