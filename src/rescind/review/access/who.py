"""Functions that find out who is signed in, by what they read and refuse, whatever they are called."""

from __future__ import annotations

import ast
import re

from rescind.reading import Class, Function, Named, Scope, unparsed, walk
from rescind.review.access.asked_rights import asks_right, missing, of_factory
from rescind.review.access.asked_rights import parts as questions
from rescind.review.flow.policy import HARMLESS
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function, variables
from rescind.review.naming.words import words_of
from rescind.review.once import once

USERS = {
    f"{holder}.{name}"
    for holder in ("request", "self.request", "g", "request.state", "request.ctx", "info.context",
                   "info.context.request", "req", "req.context", "self.req")
    for name in ("user", "user_id", "current_user")
} | {
    "info.context['user']", "info.context.get('user')", "info.context['request'].user",
    "info.context['current_user']", "self.current_user", "current_user", "current_identity",
    "request.authenticated_userid", "request.authorization",
    "request.identity", "self.scope['user']", "scope['user']", "request.auth",
}  # fmt: skip
SESSIONS = ("session[", "session.get(", "request.session", "self.request.session", "cherrypy.session",
            "request['session']")  # fmt: skip
# What a text of one of them begins with.
HOLDERS = frozenset(["session", *(re.split(r"[.\[(]", each)[0] for each in (*USERS, *SESSIONS))])
ON_SELF = frozenset(re.split(r"[.\[(]", each)[1] for each in (*USERS, *SESSIONS) if each.startswith("self."))
SESSION = re.compile(r"^(?:\w+\.)*session(?:\[|\.get\()[\"'](\w+)")
# Whatever has one of these, or `READS`, in small letters.
SPEAKS = (
    "authorization", "cookie", "current_user", "get_jwt_identity", "verify_jwt", "httpbearer", "oauth2",
    "apikey", "request.auth", "authorizer", "depends", "security", "get_current", "authenticat",
)  # fmt: skip
READS = re.compile(r"\bsession\b|[\"'.]user\b")
COOKIE = re.compile(r"\.(?:cookies|COOKIES)(?:\[|\.get\()|secure_cookie\(|signed_cookie\(|get_cookie\(")
# What else a visit has: it says nothing of who it is.
NOT_WHO = frozenset(
    ["csrf", "cart", "basket", "locale", "language", "lang", "theme", "flash", "log", "track", "limit", "db",
     "throttle", "cache", "next", "message", "messages", "session", "state", "nonce", "optional", "maybe",
     "logout", "login", "logged", "engine", "connection", "service", "repository", "repo", "settings",
     "config"]
)  # fmt: skip
SCHEMES = re.compile(
    r"HTTPBearer|OAuth2|HTTPBasic|APIKeyHeader|APIKeyCookie|OpenIdConnect|HTTPAuthorizationCredentials"
)
TURNED_AWAY = re.compile(
    r"Unauthori[sz]ed|Forbidden|PermissionDenied|NotAuthenticated|AuthenticationFailed|NotAuthori[sz]ed"
    r"|AccessDenied|PermissionError|FORBIDDEN|UNAUTHORI[SZ]ED|(?<![\d.])40[13](?![\d.])"
)
REFUSALS = re.compile(
    rf"{TURNED_AWAY.pattern}|HTTPException|redirect_to_login|login_url|\.login\b|[Rr]edirect\("
)
DEEPEST = 3

Who = frozenset[str]
NOBODY: Who = frozenset()


@once
def finds_out(look: Look, function: Function, depth: int = DEEPEST) -> Who:
    """What a function asks of who sends a request: "user", "refuses" where it goes no further for others, and
    "role" where it refuses those without one.

    A decorator is asked by what it puts around a view. Answers are kept by how far calls were followed, so
    that it makes no difference which was asked first.
    """
    return found(look.beside(function.module), function, depth)


def of_visit(node: ast.AST, text: str) -> bool:
    """``session["member"]``, ``session.get("member")``; ``session.get(Note, 7)`` is of a database, and what
    is put there, or ends it, is no answer."""
    if not text.startswith(SESSIONS) or isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return False
    if isinstance(node, ast.Call) and called_function(node) in ENDS_VISIT:
        return False
    first = node.args[0] if isinstance(node, ast.Call) and node.args else None
    return not (first is not None and called(first)[:1].isupper() and not called(first).isupper())


ENDS_VISIT = frozenset(["clear", "flush", "cycle_key", "regenerate", "invalidate", "set_expiry", "rotate"])


def may_read(text: str) -> bool:
    """Whether a text says anything of who it is; plain words first, since they are found much sooner."""
    lowered = text.lower()
    if any(word in lowered for word in SPEAKS):
        return True
    return ("session" in lowered or "user" in lowered) and READS.search(lowered) is not None


def found(look: Look, function: Function, depth: int) -> Who:
    if set(words_of(function.name)) & NOT_WHO or function.name.startswith("__"):
        return NOBODY
    parts = [function, *around(function)]
    asked = asked_in(look, function, parts, depth)
    if not asked:
        return NOBODY
    refusing = [
        each for each in parts if any(refuses(node) for node in each.walk()) or goes_elsewhere(function, each)
    ]
    if not refusing and len(parts) > 1:
        return NOBODY  # a decorator that lets everybody through
    if not refusing and not any(is_answer(each) for each in function.returns):
        return NOBODY
    if refusing:
        asked.add("refuses")
    if any(holds_owner(each, node) or holds_given(each, node) for each in refusing for node in each.walk()):
        asked.add("owns")
    if any(refuses_without(node, of_factory(parts)) for each in refusing for node in each.walk()):
        asked.add("role")
    return frozenset(asked)


def goes_elsewhere(made: Function, inner: Function) -> bool:
    """Whether what a decorator puts around a view answers by itself where somebody is missing:
    ``if request.reader is None: return page_to_enter()``."""
    views = {each.name for each in made.parameters}
    return inner is not made and any(
        isinstance(node, ast.If)
        and any(missing(each) for each in questions(node.test))
        and isinstance(node.body[-1], ast.Return)
        and node.body[-1].value is not None
        and not views & variables(node.body[-1].value)
        for node in inner.nodes_of(ast.If)
    )


def refuses_without(node: ast.AST, given: frozenset[str] = frozenset()) -> bool:
    """Whether a condition refuses those who lack a right."""
    return isinstance(node, ast.If) and asks_right(node, any(refuses(each) for each in node.body), given)


def asked_in(look: Look, function: Function, parts: list[Function], depth: int) -> set[str]:
    told = may_read(look.module.source_of(function.node))
    asked: set[str] = set()
    for each in parts:
        if told and any(reads_who(node) for node in each.walk()):
            asked.add("user")
        if shown_in_parameters(look, each):
            asked.add("user")
        asked |= of_parameters(look, each, depth)
        for call in each.calls if depth else ():
            asked |= called_here(look, call.node, depth - 1)
    return asked or ({"user"} if turns_people_away(look, function) else set())


def shown_in_parameters(look: Look, function: Function) -> bool:
    """``async def guardian(visit: Annotated[str, Cookie()])``, that says 401 where there is nobody."""
    if "Cookie(" not in look.module.text or look.shared.flow.entries.routes(function):
        return False
    given = [(each.name, look.shared.flow.entries.marked(function, each)) for each in function.parameters]
    shown = [name for name, one in given if one is not None and one.part == "cookie" and about_who(name)]
    return bool(shown) and any(map(turns_away, function.walk()))


def turns_people_away(look: Look, function: Function) -> bool:
    """Whether a decorator does, by whatever it asks."""
    if not any(turns_away(node) for each in around(function) for node in each.walk()):
        return False
    text = look.module.source_of(function.node).lower()
    return not any(word in text for word in OF_MACHINES)


def turns_away(node: ast.AST) -> bool:
    """``abort(401)``, ``raise Forbidden``, ``return {}, 401``: it is about who somebody is, whatever that is
    called."""
    return refuses(node) and TURNED_AWAY.search(unparsed(node)) is not None


OF_MACHINES = ("hmac", "compare_digest", "signature", "csrf", "x-forwarded", "remote_addr")


def holds_owner(function: Function, node: ast.AST) -> bool:
    """``row.owner_id != session["uid"]``; ``member.version != session["version"]`` of who is signed in does
    not."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    sides = (node.left, node.comparators[0])
    whose = [each for each in sides if isinstance(each, ast.Attribute | ast.Subscript | ast.Call)]
    asks = [each for each in sides if any(reads_who(one) for one in walk(each))]
    if len(asks) != 1 or len(whose) != 2:
        return False
    held = whose[1] if whose[0] is asks[0] else whose[0]
    return not (variables(held) and variables(held) <= found_by_visit(function))


def found_by_visit(function: Function) -> set[str]:
    """``member`` of ``member = db.get(Member, session.get("member"))``"""
    return {
        target.id
        for node in function.nodes_of(ast.Assign)
        if any(reads_who(one) for one in walk(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def holds_given(function: Function, node: ast.AST) -> bool:
    """``user_id != current.id``, of what a function was given: the first out of a path, the other by a
    dependency."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    given = {each.name for each in function.parameters}
    left, right = sorted((node.left, node.comparators[0]), key=lambda each: not isinstance(each, ast.Name))
    held = right.value if isinstance(right, ast.Attribute | ast.Subscript) else None
    names = {getattr(left, "id", ""), getattr(held, "id", "")}
    return len(names) == 2 and names <= given


def around(function: Function) -> list[Function]:
    """The functions inside of a function, as in a decorator, and those inside of them."""
    return [one for each in function.inner for one in (each, *each.inner)]


def called_here(look: Look, node: ast.Call, depth: int = DEEPEST) -> Who:
    """What a call of a function of the project finds out."""
    if not isinstance(node.func, ast.Name | ast.Attribute):
        return NOBODY
    asked: set[str] = set()
    for each in look.shared.flow.calls.callees(node, look.scope(node)):
        if each.name != "__init__" and not look.shared.flow.entries.routes(each):
            asked |= finds_out(look, each, depth)
    return frozenset(asked)


def of_parameters(look: Look, function: Function, depth: int = DEEPEST) -> Who:
    """``user=Depends(signed_in)``: what the functions find out that a framework calls for a function."""
    asked: set[str] = set()
    entries = look.shared.flow.entries
    for each in function.parameters if "epends" in look.module.text or "ecurity" in look.module.text else ():
        given = entries.marked(function, each)
        if given is None or given.depends is None:
            continue
        node, scope = given.depends
        if isinstance(node, ast.Call):
            node = node.func
        for one in look.project.resolve(node, scope):
            if isinstance(one.definition, Function):
                asked |= finds_out(look, one.definition, depth - 1) if depth else NOBODY
            elif known_outside(one):
                asked.add("user")
    return frozenset(asked)


def known_outside(named: Named) -> bool:
    """``HTTPBearer()``, ``current_user`` of another package."""
    if SCHEMES.search(named.name) or (named.definition is not None and is_scheme(named.definition)):
        return True
    last = set(words_of(named.name.rpartition(".")[2]))
    return named.definition is None and bool({"current", "user", "authenticated"} & last)


def is_scheme(definition: object) -> bool:
    """``bearer = HTTPBearer()``"""
    if isinstance(definition, Class):
        return any(SCHEMES.search(each.name) for each in definition.mro)
    values = getattr(definition, "values", [])
    return any(SCHEMES.search(unparsed(each)) for each in values)


def reads_who(node: ast.AST) -> bool:
    """A session, the header of a token, a cookie, or what a framework has found out."""
    if isinstance(node, ast.Call) and (
        called_function(node) in FRAMEWORKS or any(map(reads_authorization, node.args))
    ):
        return True
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
        text = unparsed(node.comparators[0])
        return (
            text.endswith("session")
            and isinstance(node.left, ast.Constant)
            and about_who(str(node.left.value))
        )
    if not isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        return False
    text = unparsed(node)
    if text in USERS or text.endswith((".request.user", ".state.user")) or AUTHORIZER.match(text) is not None:
        return True
    at = SESSION.match(text)
    if at is not None:
        return about_who(at[1])
    return (
        isinstance(node, ast.Call | ast.Subscript)
        and COOKIE.search(text) is not None
        and about_who(called(node))
    )


FRAMEWORKS = frozenset(
    ["get_jwt_identity", "verify_jwt_in_request", "get_current_user", "authenticated_userid",
     "check_authorized", "get_user", "get_session_user", "get_identity"]
)  # fmt: skip


AUTHORIZER = re.compile(
    r"event(?:\[['\"]|\.get\(['\"])requestContext['\"][\])].*['\"](?:authorizer|identity)['\"]"
)


def of_authorizer(node: ast.expr, _: Scope) -> str:
    """``event["requestContext"]["authorizer"]``: what stands before a function of a cloud has found out."""
    return HARMLESS if may_be_event(node) and AUTHORIZER.match(unparsed(node)) is not None else ""


def may_be_event(node: ast.expr) -> bool:
    while isinstance(node, ast.Subscript | ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id == "event"


def about_who(key: str) -> bool:
    return not set(words_of(key)) & (NOT_WHO - {"session", "login", "logged"})


def reads_authorization(node: ast.expr) -> bool:
    """``token_of(request.headers.get("Authorization"))``"""
    names = {each.attr for each in walk(node) if isinstance(each, ast.Attribute)}
    if not names & {"headers", "get_header"}:
        return False
    text = unparsed(node)
    return "'Authorization'" in text or "'authorization'" in text


def may_hold(node: ast.expr) -> bool:
    """Whether ``request.session["user"].id`` begins like who is signed in: its text need not be made else."""
    second = ""
    while True:
        if isinstance(node, ast.Attribute):
            second, node = node.attr, node.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            first = node.id if isinstance(node, ast.Name) else ""
            return first in HOLDERS and (first != "self" or second in ON_SELF)


def takes_request(call: ast.Call) -> bool:
    """``rider_of(request)``"""
    return [getattr(each, "id", "") for each in call.args] in (
        ["request"],
        ["req"],
        ["environ"],
        ["event"],
    ) and not (
        {"body", "path", "params", "query", "method", "form", "json", "data"}
        & set(words_of(called_function(call)))
    )


def refuses(node: ast.AST) -> bool:
    """``raise Forbidden``, ``abort(403)``, ``return redirect("/login")``"""
    if isinstance(node, ast.Raise):
        return True
    if isinstance(node, ast.Return) and node.value is not None:
        return REFUSALS.search(unparsed(node)) is not None
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and called_function(node.value) in {"abort", "fail", "redirect"}
    )


def is_answer(node: ast.expr) -> bool:
    """What is found by who is signed in, or that itself; no truth and nothing made of constants."""
    if isinstance(node, ast.IfExp):  # ``find(uid) if uid else None``
        return is_answer(node.body) or is_answer(node.orelse)
    node = node.value if isinstance(node, ast.Await) else node
    return isinstance(node, ast.Call | ast.Name | ast.Attribute | ast.Subscript)
