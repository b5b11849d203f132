"""RSC911: forged requests are not refused."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Applied, Function, Named, Variable, unparsed
from rescind.reading import Class as Class_
from rescind.review.access.who import COOKIE, finds_out
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look, Setting
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.rule import Rule
from rescind.review.settings.settings import is_meant, overridden
from rescind.review.settings.stages import for_development

# Checks of frameworks that a class may replace.
CHECKS = {"enforce_csrf", "check_xsrf_cookie", "check_csrf", "process_view_csrf"}
WRITES = {"post", "put", "patch", "delete", "dispatch"}
BY_MACHINE = ("headers", "META", "compare_digest", "signature", "Authorization", "webhook")
BY_COOKIE = re.compile(
    r"request\.user\b|\bcurrent_user\b|authenticated_userid|request\.identity\b|session(?:\.get\(|\[)[\"']\w*(?:user|uid|login|member|account|who|auth)"
)
VISIT = re.compile(rf"\bsession(?:\.get\(|\[)|{COOKIE.pattern}")
OTHERWISE = frozenset(
    ["auth", "token", "key", "basic", "bearer", "jwt", "signature", "webhook", "api", "hmac"]
)  # fmt: skip
OFF = {
    "CSRF_ENABLED",
    "xsrf_cookies",
    "JWT_COOKIE_CSRF_PROTECT",
    "WTF_CSRF_ENABLED",
    "WTF_CSRF_CHECK_DEFAULT",
    "JWT_CSRF_IN_COOKIES",
    "authjwt_cookie_csrf_protect",
}
# What Django looks for on a request before it asks for the token.
SAYS_DONE = {"_dont_enforce_csrf_checks", "csrf_processing_done"}
EXEMPT = "django.views.decorators.csrf.csrf_exempt"
SIGNED_IN = (
    "django.contrib.auth.decorators.login_required", "django.contrib.auth.decorators.permission_required",
    "django.contrib.auth.decorators.user_passes_test",
    "django.contrib.admin.views.decorators.staff_member_required",
)  # fmt: skip
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
SIGN_IN = "django.contrib.auth.middleware.AuthenticationMiddleware"
CSRF = "CsrfViewMiddleware"


class RSC911(Rule):
    """The protection against forged requests is taken off where a cookie signs in.

    What it checks:
        ``csrf_exempt`` and Flask-WTF's ``csrf.exempt`` on views for those who are signed in, on functions,
        classes, methods and blueprints, in front of them or in a table of addresses; settings that switch the
        protection off, ``csrf=False`` of Ninja beside a cookie; methods such as ``enforce_csrf`` and
        ``check_xsrf_cookie`` that do nothing, ``check_origin`` of WebSockets included; and Django's
        ``MIDDLEWARE`` with sessions and without
        ``CsrfViewMiddleware``.

    Why it matters:
        Any page that a signed-in visitor opens sends forms in their name.

    How it is decided:
        A view that asks for a sign-in by cookie counts, be it by a guard of the project that turns away
        whoever has no session; one that asks for a header or a signature does not.
        Of middlewares it counts where users sign in by session, as Django REST framework's tokens do not.

    Fix:
        Leave the protection on; exempt only what machines call with a signature.

    References:
        ASVS 3.5.1, CWE-352

    Since:
        0.1
    """

    kind: ClassVar[Class] = "transport"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        if look.is_test or not (
            "csrf" in look.module.text.lower()
            or "MIDDLEWARE" in look.module.text
            or "xsrf" in look.module.text
            or "check_origin" in look.module.text
        ):
            return
        for node in (*exempt(look), *handed(look), *switched_off(look)):
            said = "a view for those who are signed in takes forged requests"
            yield self.finding(look, node, said, fix="remove the exemption")
        for function in look.module.functions:
            if function.cls is None or not does_nothing(function) or only_shows(function.cls):
                continue
            if is_check(look, function, function.cls):
                said = "the check against forged requests is replaced by one that does nothing"
                yield self.finding(look, function.node, said, fix="leave the check as it is")
        for setting in look.settings:
            only = look.values(setting.value).only if setting.name in OFF else None
            if (
                only is not None
                and only.value is False
                and is_meant(look, setting)
                and not overridden(look, setting)
                and not of_other_view(look, setting)
            ):
                yield self.finding(
                    look,
                    setting.value,
                    f"{setting.name} is off: forged requests are taken",
                    fix="leave it on",
                )
            elif (
                setting.name == "MIDDLEWARE" and unprotected(look, setting.value) and is_meant(look, setting)
            ):
                said = "sessions sign in, and nothing refuses forged requests"
                yield self.finding(
                    look, setting.value, said, fix="add django.middleware.csrf.CsrfViewMiddleware"
                )


def of_other_view(look: Look, setting: Setting) -> bool:
    """Whether a view switches it off for itself alone, and asks for no sign-in by cookie."""
    cls = next((each for each in look.module.classes if setting.node in each.node.body), None)
    if cls is None or not cls.methods:
        return False
    return not asks(cls) and not any(by_cookie(look, each) for each in cls.methods)


def exempt(look: Look) -> Iterator[ast.AST]:
    """Where views that sign in by cookie are taken out of the protection: by a decorator of the view, of its
    class, or of one of its methods."""
    for function in look.module.functions:
        found = next((each.node for each in function.decorators if exempts(look, each)), None)
        if found is not None and by_cookie(look, function):
            yield found
    for cls in look.module.classes:
        found = next((each.node for each in cls.decorators if exempts(look, each)), None)
        methods = [each for each in cls.methods if each.name in WRITES]
        inside = [each.node for one in cls.methods for each in one.decorators if exempts(look, each)]
        if (
            inside
            and cls.methods
            and not any(by_cookie(look, one) for one in cls.methods if one.name not in WRITES)
        ):
            found = found or inside[0]
        if found is not None and (asks(cls) or any(by_cookie(look, each) for each in methods)):
            yield found


def handed(look: Look) -> Iterator[ast.AST]:
    """``csrf_exempt(Profile.as_view())`` in a table of addresses, ``csrf.exempt(blueprint)``"""
    for call in look.calls if "exempt" in look.lowered else ():
        func, given = call.node.func, call.node.args[0] if call.node.args else None
        if given is None or not (call.name == EXEMPT or unparsed(func).endswith("csrf.exempt")):
            continue
        if isinstance(given, ast.Call) and called_function(given) == "as_view":
            given = given.func.value if isinstance(given.func, ast.Attribute) else given.func
        for each in look.named(given):
            if any(by_cookie(look.beside(one.module), one) for one in views(look, each)):
                yield call.node
                break


def views(look: Look, named: Named) -> Iterator[Function]:
    """What a name stands for of views that write: a function, those of a class or of a blueprint."""
    found = named.definition
    if isinstance(found, Function):
        if not any(each.call is not None and only_reads(each) for each in found.decorators):
            yield found
    elif isinstance(found, Class_):
        yield from (each for each in found.methods if each.name in WRITES)
    elif isinstance(found, Variable):
        for module in look.project.modules:
            for function in module.functions:
                if any(is_of(look.beside(module), each, named.name) for each in function.decorators):
                    yield function


def is_of(look: Look, applied: Applied, name: str) -> bool:
    """``@name.post(...)``"""
    base = applied.call.func if applied.call is not None else None
    if not isinstance(base, ast.Attribute) or not may_write(applied):
        return False
    return any(each.name == name for each in look.named(base.value))


def only_reads(applied: Applied) -> bool:
    """``@app.get(...)``, ``@app.route(...)``"""
    return re.search(r"\.(?:get|route)\(", unparsed(applied.node)) is not None and not may_write(applied)


def may_write(applied: Applied) -> bool:
    """``@blueprint.post(...)``, ``@blueprint.route(..., methods=["POST"])``"""
    text = unparsed(applied.node)
    return re.search(r"\.(?:post|put|patch|delete)\b|['\"](?:POST|PUT|PATCH|DELETE)['\"]", text) is not None


def switched_off(look: Look) -> Iterator[ast.AST]:
    """``NinjaAPI(auth=django_auth, csrf=False)``, ``request._dont_enforce_csrf_checks = True``,
    ``MIDDLEWARE.remove("...CsrfViewMiddleware")``"""
    for call in look.calls if "csrf" in look.lowered else ():
        given = call.argument("csrf") if call.name.startswith("ninja.") else None
        if isinstance(given, ast.Constant) and given.value is False:
            asks = call.argument("auth")
            said = f"{call.name} {unparsed(asks) if asks is not None else ''}"
            if re.search(r"django_auth|SessionAuth|APIKeyCookie", said):
                yield call.node
        removes = called_function(call.node) == "remove" and "MIDDLEWARE" in unparsed(call.node.func)
        if removes and CSRF in unparsed(call.node) and not for_development(look, call.node):
            yield call.node
    for setting in look.settings if look.speaks_of(SAYS_DONE) else ():
        function = look.function(setting.node)
        if (
            setting.name in SAYS_DONE
            and isinstance(setting.node, ast.Assign)
            and getattr(setting.value, "value", None) is True
            and function is not None
            and not any(word in look.module.source_of(function.node) for word in BY_MACHINE)
        ):
            yield setting.node


def is_check(look: Look, function: Function, cls: Class_) -> bool:
    """Whether it takes the place of a framework's check, where no header signs in instead."""
    if function.name == "check_origin":
        return opens_sockets(look, cls)
    if function.name == "process_view":
        return any(each.name.endswith(CSRF) for each in cls.mro)
    if function.name != "check_xsrf_cookie":
        return function.name in CHECKS
    text = look.module.source_of(cls.node)
    return "authenticated" in text or "headers" not in text


def exempts(look: Look, applied: Applied) -> bool:
    """``@csrf_exempt``, ``@csrf.exempt``, ``@method_decorator([csrf_exempt], name="dispatch")``"""
    node = applied.node
    if applied.name == EXEMPT or (isinstance(node, ast.Attribute) and unparsed(node).endswith("csrf.exempt")):
        return True
    if applied.call is None:
        return False
    off = [each.value for each in applied.call.keywords if each.arg == "require_csrf"]  # Pyramid
    if any(isinstance(each, ast.Constant) and each.value is False for each in off):
        return True
    given = applied.call.args
    for each in given:
        bound = bindings_at(each, look.scope(each)) if isinstance(each, ast.Name) else ()
        given = [*given, *(part for one in bound for part in getattr(one.value, "elts", ()))]
    return any(called(each) == "csrf_exempt" for each in given)


def asks(cls: Class_) -> bool:
    """``LoginRequiredMixin``, ``@method_decorator([login_required], name="dispatch")``"""
    if any("login_required" in unparsed(each.node) for each in cls.decorators):
        return True
    return any("LoginRequired" in each.name or "PermissionRequired" in each.name for each in cls.mro)


def does_nothing(function: Function) -> bool:
    """Whether a body is ``pass``, ``return`` or ``return True``."""
    body = [
        each
        for each in function.node.body
        if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
    ]
    return all(
        isinstance(each, ast.Pass)
        or (isinstance(each, ast.Return) and (each.value is None or isinstance(each.value, ast.Constant)))
        for each in body
    )


def only_shows(cls: Class_) -> bool:
    """Whether a class answers only what changes nothing, or refuses all else."""
    methods = {each.name: each for each in cls.methods if each.name in {*WRITES, "get", "prepare"}}
    if not methods:
        return False
    return all(
        name == "get" or any(isinstance(each, ast.Raise) for each in method.node.body)
        for name, method in methods.items()
    )


def opens_sockets(look: Look, cls: Class_) -> bool:
    """Whether it is a WebSocket of Tornado in a project that signs in by cookie."""
    if not any(each.name.endswith("WebSocketHandler") for each in cls.mro):
        return False
    return any("secure_cookie" in each.text or "signed_cookie" in each.text for each in look.project.modules)


def by_cookie(look: Look, function: Function) -> bool:
    """Whether a view asks for a sign-in, and for no header."""
    source = look.module.source_of(function.node)
    if any(word in source for word in BY_MACHINE):
        return False
    if any(
        called(each.call.func if each.call else each.node) == "login_required" for each in function.decorators
    ):
        return True
    if any(
        not OTHERWISE.isdisjoint(words_of(unparsed(each.node).partition("(")[0]))
        for each in function.decorators
    ):
        return False
    if function.decorated_with(*SIGNED_IN) is not None or BY_COOKIE.search(source) is not None:
        return True
    return not reads_alone(function) and any(asks_session(look, each) for each in guards(look, function))


def guards(look: Look, function: Function) -> Iterator[Function]:
    """What of the project stands before a view or is asked in it: its decorators, ``dispatch`` of its class,
    and what it calls."""
    for applied in function.decorators:
        yield from (each.definition for each in applied.named if isinstance(each.definition, Function))
    dispatch = function.cls.member("dispatch") if function.cls is not None else None
    if dispatch is not None and isinstance(dispatch.definition, Function):
        yield dispatch.definition
    for call in function.calls:
        yield from (each.definition for each in call.named if isinstance(each.definition, Function))


def reads_alone(function: Function) -> bool:
    """``@require_GET``, ``@bp.get("/feed")``"""
    said = {called(each.call.func if each.call else each.node) for each in function.decorators}
    return bool(said & {"require_GET", "require_safe"}) or any(
        each.call is not None and only_reads(each) for each in function.decorators
    )


@once
def asks_session(look: Look, guard: Function) -> bool:
    """Whether it turns away whoever has no session, and takes no header for one: by its own text and by that
    of what it asks."""
    if not {"user", "refuses"} <= finds_out(look, guard):
        return False
    asked = [each.definition for call in guard.calls for each in call.named]
    inner = [each.definition for one in guard.inner for call in one.calls for each in call.named]
    functions = [guard, *(each for each in (*asked, *inner) if isinstance(each, Function))]
    text = "".join(each.module.source_of(each.node) for each in functions)
    return VISIT.search(text) is not None and not any(word in text for word in BY_MACHINE)


def unprotected(look: Look, node: ast.expr) -> bool:
    for option in look.values(node).options:
        if isinstance(option.value, list | tuple) and SESSIONS in option.value and SIGN_IN in option.value:
            protected = any(isinstance(each, str) and CSRF in each for each in option.value)
            return not protected and not by_tokens(look)
    return False


def by_tokens(look: Look) -> bool:
    """Whether Django REST framework signs in by tokens alone."""
    for setting in look.settings:
        if setting.name == "DEFAULT_AUTHENTICATION_CLASSES":
            classes = [each.value for each in look.values(setting.value).options]
            return bool(classes) and not any("SessionAuthentication" in str(each) for each in classes)
    return False
