"""RSC642: tokens and stored sessions without an end."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from rescind.reading import Call, Function, walk
from rescind.review.credentials.records import endless_records
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.calls import bind
from rescind.review.lifetimes.ageless import TIMED, ageless
from rescind.review.lifetimes.chosen import chosen, values_of
from rescind.review.lifetimes.durations import longest, wrong_unit
from rescind.review.lifetimes.ids import opens_row
from rescind.review.lifetimes.keyed import HARMLESS_LINKS, LETS_IN, handed_out, kept, unused_end
from rescind.review.lifetimes.remembered import kept_for_ever
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.rule import Rule
from rescind.review.sessions.endless_links import endless_links
from rescind.review.sessions.macs import endless_macs
from rescind.review.settings.stages import for_development
from rescind.review.tokens.claims import HARMLESS, ends_of
from rescind.review.tokens.tokens import ENCODES, calls_of

YEAR = 366 * 86_400.0
SECOND = re.compile(
    r"^(?:authlib\.jose\.(?:\w+\.)*(?:JsonWebToken(?:\(\))?\.|jwt\.)encode|joserfc\.jwt\.encode)$"
)
UNTIMED = re.compile(
    r"^itsdangerous\.(?:\w+\.)*(?:URLSafeSerializer|Serializer|Signer|JSONWebSignatureSerializer)(?:\(\))?\.(?:dumps|sign)$"
)
UNTIMED_READ = re.compile(UNTIMED.pattern.replace("dumps|sign", "loads|unsign"))
ENDINGS = frozenset(["age", "expires", "expiry", "expiration", "lifetime", "seconds", "ttl", "validity"])
LINKS = frozenset(
    ["verify", "verification", "confirm", "confirmation", "password", "token", "activate", "email"]
)
LONG = frozenset(["refresh", "remember", "device", "api", "key", "personal", "service"])
WHO = frozenset(
    ["auth", "uid", "user", "userid", "username", "member", "account", "customer", "who", "ticket"]
)


class RSC642(Rule):
    """A token or a stored session has no end.

    What it checks:
        ``jwt.encode`` of claims without ``exp`` or with one in years, links that sign in and are made by a
        serializer without time, or read without asking when they were made, also by a helper that is not told
        to ask, signed cookies that say who somebody is and are read so, lifetimes that the request itself
        chooses, sessions and links that are written to Redis or a cache without a time to live, or with one
        that is given and not used, tables of tokens and links in which no time stands, and who somebody is,
        kept in the memory of a process under a token.

    Why it matters:
        What leaks once lets in for ever, and a session that nobody ends is never cleaned up.

    How it is decided:
        The claims are followed through the function: a dictionary in which everything is known and that gets
        no ``exp`` on the way, or only where a caller asks for it, and some do not. Copies are followed to
        those who call, and claims that a helper makes or that were an object, to there. An end counts that is
        years away, is in milliseconds, or is in another unit than its name says. What is read from a link
        without its age counts where whom it names is signed in, by any number of functions. Claims that come
        from elsewhere are not judged. A lifetime of the request counts where nothing bounds it: no ``min()``,
        no comparison, no bound of the field.

    Fix:
        ``claims["exp"] = now + timedelta(minutes=15)``; ``URLSafeTimedSerializer``;
        ``redis.set(key, value, ex=3600)``.

    References:
        ASVS 9.2.1, ASVS 7.3.2, CWE-613

    Since:
        0.1
    """

    kind: ClassVar[Class] = "long_lived"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for call in calls_of(look, ENCODES, SECOND):
            at = 0 if any(ENCODES.match(each.name) for each in call.named) else 1
            claims = call.argument("payload", at) or call.argument("claims", at)
            what = endless(look, claims) or made_elsewhere(look, claims) if claims is not None else ""
            if what and not for_development(look, call.node):
                yield self.finding(
                    look, call.node, what, fix='add "exp": minutes for access, days for what renews'
                )
        yield from () if look.is_test else self.stored(look)
        told: set[ast.AST] = set()
        for call in look.calls:
            said, fix = unended(look, call)
            if said:
                told.add(call.node)
                yield self.finding(look, call.node, said, fix=fix)
        for node in () if look.is_test else endless_links(look):
            if node not in told:
                said = "somebody is signed in by it, and nobody asks when it was made: it never ends"
                yield self.finding(look, node, said, fix=TIMED_FIX)

    def stored(self, look: Look) -> Iterator[Finding]:
        """Of tables, of what is kept in memory, and of helpers that may be asked for an age."""
        for node, name in endless_records(look):
            said = f"{name} has no column by which it could end"
            yield self.finding(look, node, said, confidence="medium", fix="add expires_at, and ask for it")
        for node in kept_for_ever(look):
            said = "who it is is kept for as long as the process runs, whatever was ended meanwhile"
            yield self.finding(look, node, said, confidence="medium", fix="keep it for seconds, or ask anew")
        for given in ageless(look, LETS_IN - {"session"} | LINKS, HARMLESS_LINKS):
            said = "how old it is is asked only where a caller says so, and here nobody does"
            yield self.finding(look, given, said, fix="give an age, in seconds")
        for compared in endless_macs(look):
            said = "the signature says who it is, and nothing says until when: the link signs in for ever"
            yield self.finding(
                look, compared, said, confidence="medium", fix="sign a time along, and ask for it"
            )


def unended(look: Look, call: Call) -> tuple[str, str]:
    """What is wrong with a call by which something is made or taken that lets in, and what to do."""
    names = [each.name for each in call.named]
    if any(map(UNTIMED.match, names)) and lets_in(look, call):
        return "what signs in is made without a time: it never ends", TIMED_FIX
    if any(map(UNTIMED_READ.match, names)) and only_read(look, call):
        return "what lets in was made without a time: it never ends", TIMED_FIX
    if endless_by_argument(look, call):
        return "what lets in is asked for without an end", "give it an end"
    if unlimited(look, call):
        return "how old it is is hardly asked: what lets in goes on for months, or never ends", AGE_FIX
    if signed_cookie(look, call):
        return "when the cookie was made is not asked: what lets in never ends", "give max_age=, in seconds"
    if kept(look, call) or unused_end(look, call):
        return "a session is stored without a time to live", "give ex=, in seconds"
    if handed_out(look, call):
        return "what it hands out opens what is stored, and nothing ever ends that", "give ex=, in seconds"
    return "", ""


TIMED_FIX = "use URLSafeTimedSerializer, and loads(..., max_age=900)"
AGE_FIX = "give max_age=, in seconds: minutes, or hours"


def endless(look: Look, node: ast.expr) -> str:
    """What is wrong with the end of claims, or nothing."""
    name = node.id if isinstance(node, ast.Name) else ""
    function = look.function(node)
    parts: list[ast.expr] = [node]
    if name:
        bound = [one for one in look.scope(node).lookup(name) if one.scope.module is look.module]
        if any(one.kind not in {"assign", "augmented"} for one in bound):
            return ""
        parts = [one.value for one in bound if one.value is not None]
        copied = [given for each in parts for given in copies(look, each)]
        if len(parts) == 1 and copied:
            parts = copied
    for each in function.walk() if function is not None and name else ():
        if (
            isinstance(each, ast.Call)
            and isinstance(each.func, ast.Attribute)
            and getattr(each.func.value, "id", "") == name
        ):
            return (
                ""
                if each.func.attr in {"update", "setdefault"} and says_end(each) is None
                else ended(look, each)
            )
        if isinstance(each, ast.Call) and given_away(each, name):
            return ""
        if (
            isinstance(each, ast.Subscript)
            and getattr(each.value, "id", "") == name
            and isinstance(each.ctx, ast.Store)
        ):
            key = each.slice.value if isinstance(each.slice, ast.Constant) else None
            statement = look.module.statement_of(each)
            if key == "exp" and isinstance(statement, ast.Assign):
                return far(look, statement.value) or only_if_asked(look, function, statement)
            if key is None:
                return ""
    if not parts or not all(isinstance(each, ast.Dict) and None not in each.keys for each in parts):
        return "" if not any(says_end(each) for each in parts) else ended(look, *parts)
    return ended(look, *parts) if any(says_end(each) for each in parts) else "the token has no end"


def given_away(call: ast.Call, name: str) -> bool:
    """``add_end(claims)``, which may put in what is missing."""
    given = any(isinstance(each, ast.Name) and each.id == name for each in call.args)
    return given and called_function(call) not in HARMLESS


def made_elsewhere(look: Look, node: ast.expr) -> str:
    """What is wrong with the end of claims that a helper makes, that are put together, or were an object."""
    found = ends_of(look, node)
    if not found.known or (isinstance(node, ast.Dict) and None not in node.keys):
        return ""
    if not found.values:
        return "the token has no end"
    return next((what for home, value in found.values if (what := far(home, value))), "")


def copies(look: Look, node: ast.expr) -> list[ast.expr]:
    """Of ``data.copy()``, ``dict(data)`` and ``{**data}`` what callers give for data, if all is there."""
    inner: ast.expr | None = None
    if (
        isinstance(node, ast.Call)
        and called_function(node) == "copy"
        and isinstance(node.func, ast.Attribute)
    ):
        inner = node.func.value
    elif isinstance(node, ast.Call) and called_function(node) in {"dict", "copy", "deepcopy"} and node.args:
        inner = node.args[0]
    elif isinstance(node, ast.Dict) and node.keys == [None]:
        inner = node.values[0]
    function = look.function(node)
    if not isinstance(inner, ast.Name) or function is None:
        return []
    calls = look.shared.callers(function.qualname)
    given = [bind(function, each.node, each.module.scope_of(each.node)).get(inner.id) for each in calls]
    return [each[0] for each in given if each is not None] if given and None not in given else []


def only_if_asked(look: Look, function: Function | None, node: ast.AST) -> str:
    """``if delta: claims["exp"] = ...`` and nothing otherwise, where somebody gives no delta."""
    above = look.module.parent_of(node)
    if function is None or not isinstance(above, ast.If) or above.orelse or len(above.body) != 1:
        return ""
    asked = left_out(function, above.test)
    calls = look.shared.callers(function.qualname) if asked is not None else []
    if asked is None or (not calls and not isinstance(asked.default.value, bool)):
        return ""
    given = [bind(function, each.node, each.module.scope_of(each.node)) for each in calls]
    known = bool(calls) and all(asked.name in each for each in given)
    return "" if known else "the token has no end where none is given"


class LeftOut(NamedTuple):
    """A parameter, and what it is where nobody gives it."""

    name: str
    default: ast.Constant


def left_out(function: Function, test: ast.expr) -> LeftOut | None:
    """The parameter for which a test does not hold where nobody gives it: ``if delta``, ``if delta is not
    None``, ``if not forever``."""
    turned = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    test = test.operand if isinstance(test, ast.UnaryOp) else test
    compared = isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.IsNot)
    test = test.left if isinstance(test, ast.Compare) and compared else test
    for each in function.parameters:
        if each.name == getattr(test, "id", "") and isinstance(each.default, ast.Constant):
            value = each.default.value
            skipped = value is None if compared else bool(value) if turned else not value
            return LeftOut(each.name, each.default) if skipped else None
    return None


def says_end(node: ast.AST) -> ast.expr | None:
    for each in walk(node):
        if isinstance(each, ast.Dict):
            for key, value in zip(each.keys, each.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "exp":
                    return value
        if isinstance(each, ast.keyword) and each.arg == "exp":
            return each.value
    return None


def ended(look: Look, *nodes: ast.AST) -> str:
    found = [value for each in nodes if (value := says_end(each)) is not None]
    return next((what for each in found if (what := far(look, each))), "")


def far(look: Look, node: ast.expr) -> str:
    """``now + timedelta(days=3650)``, ``time() + 10 * 365 * 86400``, ``datetime(2099, 1, 1)``."""
    function = look.function(node)
    long = function is not None and not LONG.isdisjoint(words_of(function.name))
    most = YEAR if long else YEAR / 2
    if longest(look, node) > most:
        return "the token ends in years" if most == YEAR else "the token ends in months or years"
    if isinstance(node, ast.Constant) and node.value is None:
        return "the token has no end"
    unit = wrong_unit(look, node)
    if unit:
        return f"the token lasts longer than it says: {unit}"
    return "the request says how long the token lasts" if chosen(look, node) else ""


def unlimited(look: Look, call: Call) -> bool:
    """``serializer.loads(token)``: whenever it was made, it is taken."""
    if not any(TIMED.match(each.name) for each in call.named):
        return False
    age = call.argument("max_age", 1)
    if age is not None and longest(look, age, moment=False) > (
        YEAR / 2 if says_who(look, call) else YEAR / 12
    ):
        return True
    if age is not None or any(each.arg is None for each in call.node.keywords):
        return isinstance(age, ast.Constant) and age.value is None
    function = look.function(call.node)
    said = set(words_of(function.name)) if function is not None else set()
    if function is not None and any("loader" in words_of(called(each.node)) for each in function.decorators):
        return True  # of Flask-Login, which asks who it is
    names = [each.value for each in walk(call.node) if isinstance(each, ast.Constant)]
    said |= {word for name in names if isinstance(name, str) for word in words_of(name)}
    said |= {word for each in walk(call.node) for word in words_of(called(each))}
    if said & HARMLESS_LINKS:
        return False
    return bool(said & ((LETS_IN - {"session"}) | LINKS)) or says_who(look, call)


def says_who(look: Look, call: Call) -> bool:
    """``signer.unsign(request.cookies["uid"])``: the cookie is the sign-in. What is called as an id of a
    session is ended on the server."""
    for each in call.node.args[:1]:
        for value in (each, *values_of(look, each)):
            texts = [one.value for one in walk(value) if isinstance(one, ast.Constant)]
            words = {word for text in texts if isinstance(text, str) for word in words_of(text)}
            if words & WHO and not words & {"sid", "session", "csrf", "pending", "mfa", "hint"}:
                return any(one.kind == "request" and one.part == "cookie" for one in look.origins(value))
    return False


def signed_cookie(look: Look, call: Call) -> bool:
    """Django's ``request.get_signed_cookie("user")``: without ``max_age`` its age is not asked."""
    if called_function(call.node) != "get_signed_cookie" or "django" not in look.module.text:
        return False
    key = call.argument("key", 0)
    words = (
        set(words_of(key.value)) if isinstance(key, ast.Constant) and isinstance(key.value, str) else set()
    )
    given = call.argument("max_age", 3) or any(each.arg is None for each in call.node.keywords)
    return bool(words & (WHO | LETS_IN) - {"session"}) and not given


def only_read(look: Look, call: Call) -> bool:
    """``invites.loads(token)``, where the project does not say how it is made; if it does, that is told."""
    if not isinstance(call.node.func, ast.Attribute):
        return False
    name = called(call.node.func.value)
    if not {each.removesuffix("s") for each in words_of(name)} & LETS_IN - {"session", "auth"}:
        return False
    made = re.compile(rf"\b{re.escape(name)}\.(?:dumps|sign)\b")
    return not any(made.search(module.text) for module in look.project.modules)


def endless_by_argument(look: Look, call: Call) -> bool:
    """``sealer.seal({"login": user.id}, seconds=None)``, of a function that the project has."""
    given = [each for each in call.node.keywords if ENDINGS & set(words_of(each.arg or ""))]
    if not any(isinstance(each.value, ast.Constant) and each.value.value is None for each in given):
        return False
    if not look.shared.flow.calls.callees(call.node, look.scope(call.node)):
        return False
    said = {word for each in walk(call.node) if isinstance(each, ast.Constant) and isinstance(each.value, str)
            for word in words_of(each.value)}  # fmt: skip
    said |= set(words_of(called_function(call.node)))
    return bool(said & (LETS_IN - {"session", "auth", "access"})) and not said & HARMLESS_LINKS


def lets_in(look: Look, call: Call) -> bool:
    if call.node.args and opens_row(look, call.node.args[0]):
        return False  # what the id opens ends on the server
    function = look.function(call.node)
    said = set(words_of(function.name)) if function is not None else set()
    for each in walk(call.node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            said |= set(words_of(each.value))
    return bool(said & LETS_IN)
