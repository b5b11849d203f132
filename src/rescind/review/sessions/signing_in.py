"""Code that signs somebody in, and what it writes into a store of sessions under a key of the request."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Class, Function, unparsed, walk
from rescind.review.accounts.verifying import Verifying
from rescind.review.flow.conditions import conditions
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import once
from rescind.review.sessions.proved import is_person
from rescind.review.sessions.sessions import (
    OTHER,
    WHO,
    SignIn,
    is_identity,
    on_server,
    pairs,
    says_who,
    speaks,
    written_to,
)  # fmt: skip

SIGNS_IN = frozenset(
    ["login", "logon", "signin", "authenticate", "authenticated", "auth", "sso", "callback", "signon",
     "impersonate", "kiosk", "pin", "badge", "magic", "otp", "mfa", "totp", "passkey", "elevate", "become",
     "acceder", "anmelden", "anmeldung", "autenticar", "autentica", "connexion", "connecter", "einloggen",
     "entrar", "ingresar", "accedi", "identificar", "acs",
     "saml", "suplantar", "masquerade", "hijack",
     "inloggen", "aanmelden", "zaloguj", "logowanie", "accesso", "entra", "connecte"]
)  # fmt: skip
CHECKS = re.compile(
    r"(?i)check_?password|verify_?password|password_?verify|check_password_hash|authenticate|checkpw"
    r"|compare_digest|verify_?(?:code|otp|totp|credentials|login)|check_?(?:login|credentials)|fetch_token"
    r"|authorize_access_token"
)
ASKS = frozenset(["login", "required", "require", "requires", "authenticated", "protected", "auth"])
INSIDE = re.compile(r"(?i)logged_?in\b|is_authenticated|signed_?in\b")
BECOMES = frozenset(["become", "hijack", "impersonate", "masquerade", "suplantar"])
ANOTHER = frozenset(["acting", "impersonate", "impersonated", "impersonating", "as"])
# They write who it is into the session of the framework, and keep its id.
GOES_ON = ("flask_login.login_user", "flask_login.utils.login_user", "pyramid.security.remember",
           "aiohttp_security.remember")  # fmt: skip
# What goes on without a session: an order that was begun, a browser that is known again.
NO_SESSION = frozenset(
    ["basket", "bestellung", "booking", "carrito", "cart", "device", "draft", "order", "panier", "remember",
     "warenkorb", "wishlist"]
)  # fmt: skip
FACTORS = frozenset(["mfa", "otp", "fa", "tf", "totp", "twofactor", "factor", "webauthn", "pin", "step"])
PROVED = frozenset(
    ["verified", "ok", "done", "passed", "complete", "completed", "satisfied", "confirmed", "authenticated",
     "valid", "up"]
)  # fmt: skip
RAISED = frozenset(
    ["sudo", "elevated", "elevation", "reauthenticated", "reauth", "stepup", "acr", "aal", "superuser",
     "privileged"]
)  # fmt: skip
PERSON = frozenset(["id", "pk", "uuid", "email", "mail", "username", "name", "sub", "login", "uid"])
TOLD = frozenset(["claims", "userinfo", "profile", "idinfo", "payload", "identity"])  # by a provider
PROVES = frozenset(
    ["verify", "check", "validate", "authenticate", "matches", "checkpw", "pruefe", "prueft", "verifica"]
)


@once
def is_sign_in(look: Look, function: Function) -> bool:
    """Whether a function lets somebody in: by its name, its path, or what it checks."""
    names = [function.qualname.rpartition(".")[2]]
    names += [route.path for route in look.shared.flow.entries.routes(function)]
    for name in names:
        words = words_of(name)
        if not SIGNS_IN.isdisjoint(words) or {"sign", "in"} <= set(words) or {"log", "in"} <= set(words):
            return True
    calls = function.nodes_of(ast.Call)
    if any(CHECKS.search(called_function(each)) for each in calls):
        return True
    return SETS.isdisjoint(words_of(names[0])) and any(
        secret_kind(called(given)) == "password"
        for each in calls
        if SETS.isdisjoint(words_of(called_function(each)))
        for given in arguments(each)
    )


def signs_in(look: Look, function: Function) -> bool:
    """By that, or because it holds a password against its hash, by any number of functions."""
    return is_sign_in(look, function) or bool(Verifying(look).calls(function))


# What takes a password and does not ask whether it is right.
SETS = frozenset(
    ["add", "change", "create", "encrypt", "forgot", "generate", "hash", "hashpw", "log", "mail", "make",
     "new",
     "register", "reset", "save", "send", "set", "setattr", "signup", "store", "update", "len", "str",
     "encode",
     "get", "append", "print", "format", "info", "debug", "execute", "connect", "init", "user", "member"]
)  # fmt: skip


def lets_in(look: Look, function: Function) -> bool:
    """Whether a function lets somebody in, or everything that is written by it is written for who does."""
    if is_sign_in(look, function):
        return True
    calls = list(look.shared.flow.calls.callers(function))[:4]
    above = [(call, call.module.function_of(call.node)) for call in calls]
    return any(each is not None and is_sign_in(look.beside(call.module), each) for call, each in above)


def other_sign_ins(look: Look, function: Function) -> Iterator[SignIn]:
    """Somebody under any key, in what a cookie opens under any name, and by the functions of frameworks that
    go on with a session."""
    entered = is_sign_in(look, function)
    for each in written_to(look, function):
        if is_identity(each.key) or not OTHER.isdisjoint(words_of(each.key)) or not says_who(look, each):
            continue
        somebody = entered and (is_somebody(each.value) or is_found(look, each.value))
        if somebody or each.key in keys_of_people(look) or is_person(look, function, each.value):
            yield each
    if not entered:
        return
    for node in function.walk():
        for target, value in pairs(node) if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Attribute | ast.Subscript) and not speaks(target.value):
                key = called(target)
                found = SignIn(node, target.value, key, value)
                if is_identity(key) and opened_by_cookie(look, target.value) and says_who(look, found):
                    yield found
    for call in function.calls:
        if any(each.name.startswith(GOES_ON) for each in call.named) and goes_on(look, call.named[0].name):
            yield SignIn(call.node, call.node, "user", call.node)


@once
def keys_of_people(look: Look) -> frozenset[str]:
    """The keys of sessions without which a guard lets nobody on: ``if "guardian" not in request.session:``"""
    found: set[str] = set()
    for home in look.everywhere("session"):
        for node in home.module.nodes_of(ast.If):
            if turns_away(node):
                found |= {key for each in walk(node.test) for key in asked_keys(home, each)}
    return frozenset(each for each in found if OTHER.isdisjoint(words_of(each)))


def turns_away(node: ast.If) -> bool:
    """Whether somebody is sent to sign in, or is told that they have not."""
    text = " ".join(unparsed(each) for each in node.body) if len(node.body) < 4 else ""
    return TURNED.search(text) is not None


TURNED = re.compile(
    r"(?i)\b401\b|unauthori[sz]ed|not_?authenticated|(?:redirect|found|see_?other|303|302).{0,60}"
    r"(?:log_?in|sign_?in|logon|anmeld|entrar|acceder|connexion|auth)"
)


def asked_keys(look: Look, node: ast.AST) -> Iterator[str]:
    """``"guardian" not in session``, ``session.get("guardian")``; not what is held against something else."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
        key, base = node.left, node.comparators[0]
    elif isinstance(node, ast.Call) and called_function(node) == "get" and node.args:
        key, base = node.args[0], node.func
        above = look.module.parent_of(node)
        if isinstance(above, ast.Compare) and not isinstance(above.comparators[0], ast.Constant):
            return
    else:
        return
    base = base.value if isinstance(base, ast.Attribute) and base.attr == "get" else base
    if isinstance(key, ast.Constant) and isinstance(key.value, str) and speaks(base):
        yield key.value


def goes_on(look: Look, name: str) -> bool:
    """Whether the sign-in of a framework is kept in a session, on the server."""
    if name.startswith("pyramid"):
        names = ("SessionAuthenticationPolicy", "SessionAuthenticationHelper")
        return any(each in module.text for module in look.project.modules for each in names)
    if name.startswith("aiohttp_security"):
        return any("SessionIdentityPolicy(" in module.text for module in look.project.modules)
    return True


def raised(look: Look, function: Function) -> Iterator[SignIn]:
    """Where a session that lets in already may more from now on: a second factor, a password once more."""
    proves = any(not PROVES.isdisjoint(words_of(called_function(each.node))) for each in function.calls)
    if not proves and not is_sign_in(look, function):
        return
    for each in written_to(look, function):
        words = set(words_of(each.key))
        nothing = isinstance(each.value, ast.Constant) and not each.value.value
        if ((words & FACTORS and words & PROVED) or words & RAISED) and not nothing:
            yield each


def is_somebody(value: ast.expr) -> bool:
    """``user.pk``, ``claims["sub"]``, ``str(member.id)``, ``who``"""
    for each in walk(value):
        if isinstance(each, ast.Attribute | ast.Subscript) and called(each) in PERSON:
            words = set(words_of(called(each.value)))
            if words & (WHO | TOLD) and not words & {"request", "session"}:
                return True
    return isinstance(value, ast.Name) and not WHO.isdisjoint(words_of(value.id)[-1:])


def is_found(look: Look, value: ast.expr) -> bool:
    """``row["id"]``, ``supplier.id``, of a row that was looked up by what the request says."""
    if not isinstance(value, ast.Attribute | ast.Subscript) or called(value) not in PERSON:
        return False
    if not isinstance(value.value, ast.Name) or not NO_SESSION.isdisjoint(words_of(value.value.id)):
        return False
    for each in bindings_at(value.value, look.scope(value)):
        asked = each.value.body if isinstance(each.value, ast.IfExp) else each.value
        asked = asked.value if isinstance(asked, ast.Await) else asked
        if isinstance(asked, ast.Call) and any(
            one.kind == "request"
            for node in walk(asked)
            if isinstance(node, ast.Call | ast.Subscript | ast.Name | ast.Attribute) and node is not asked
            for one in look.origins(node)
        ):
            return True
    return False


def opened_by_cookie(look: Look, node: ast.expr, depth: int = 3) -> bool:
    """Whether something is looked up by a cookie: it is the session, however it is called."""
    if depth == 0 or not isinstance(node, ast.Name | ast.Call | ast.Subscript | ast.Await | ast.BoolOp):
        return False
    if isinstance(node, ast.Name):
        if (NO_SESSION | WHO) & set(words_of(node.id)):
            return False  # of an order, or somebody themselves
        values = [one.value for one in bindings_at(node, look.scope(node)) if one.kind == "assign"]
        return any(each is not None and opened_by_cookie(look, each, depth - 1) for each in values)
    text = unparsed(node)
    if not NO_SESSION.isdisjoint(words_of(text)):
        return False
    if isinstance(node, ast.Call):
        for each in look.shared.flow.calls.callees(node, look.scope(node)):
            home = look.beside(each.module)
            if any(
                on_server(home, value) == "own" or opened_by_cookie(home, value, depth - 1)
                for value in each.returns
            ):
                return True
    return any(
        one.kind == "request" and one.part == "cookie"
        for each in walk(node)
        if isinstance(each, ast.Call | ast.Subscript | ast.Name) and each is not node
        for one in look.origins(each)
    )


def only_for_signed_in(look: Look, function: Function, node: ast.AST, key: str) -> bool:
    """Whether only who is signed in already gets here, and stays who they are."""
    if not ANOTHER.isdisjoint(words_of(key)) or not BECOMES.isdisjoint(words_of(function.name)):
        return False
    for condition in conditions(look.module, node):
        if condition.holds and INSIDE.search(unparsed(condition.test)):
            return True
    if function.cls is not None and stands_in_class(function.cls, function.name):
        return True
    for each in function.decorators:
        words = set(words_of(each.name.rpartition(".")[2] or unparsed(each.node)))
        if words & ASKS and not words & {"not", "anonymous", "no"} and "required" in words | ASKS & words:
            return True
    return False


def stands_in_class(cls: Class, method: str) -> bool:
    """Whether the class asks who it is before: ``LoginRequiredMixin``; a backend of Django is called by the
    framework's own sign-in, which begins another session."""
    names = [each.name.rpartition(".")[2] for each in cls.mro]
    if method == "authenticate" and any(name in {"BaseBackend", "ModelBackend"} for name in names):
        return True
    return any({"login", "required"} <= set(words_of(name)) for name in names)
