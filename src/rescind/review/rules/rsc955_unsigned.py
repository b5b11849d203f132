"""RSC955: who somebody is, taken from a header or a cookie that nothing signs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, unparsed, walk
from rescind.review.access.found_by import found_by_header
from rescind.review.access.guards import OTHERS, guards
from rescind.review.access.instead import SIGN_IN
from rescind.review.access.persons import CHECKS, is_owner, persons_of
from rescind.review.access.preferred import before_own, before_own_ways, lets_in
from rescind.review.access.routers import of_router
from rescind.review.access.rows import ENDS, FINDS
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.flow import Origin
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.outside.unsigned import SAME, Claim, Uses, claims, vouched
from rescind.review.rule import Rule

STORES = FINDS | ENDS | {"create", "insert", "insert_one", "add", "get_user", "load_user", "insert_many"}
# Of what says who it is: ``current_user()``, ``get_identity()``, ``authenticate()``.
SAYS = frozenset(
    ["user", "current", "identity", "principal", "who", "whoami", "caller", "account", "authenticate",
     "login", "auth", "actor", "member", "tenant", "role", "subject", "viewer", "loader"]
)  # fmt: skip
MACHINES = OTHERS - {"permission", "permissions", "role", "roles", "scope", "scopes"}
KEEPERS = frozenset(["request", "req", "g", "state", "session", "ctx", "context", "self", "scope"])
TALKS = frozenset(
    ["info", "debug", "warning", "error", "exception", "log", "print", "bind", "set_tag", "set_user",
     "format", "increment", "incr", "observe", "labels", "capture", "render", "render_template",
     "jsonify", "dumps",
     "isdigit", "startswith", "set_cookie", "delete_cookie", "HTTPException"]
)  # fmt: skip


SPEAKS = ("eader", "ookie", "COOKIES", "META", "environ", "metadata", "request.")


class RSC955(Rule):
    """Who somebody is stands in a header or a cookie that they wrote themselves.

    What it checks:
        Headers and cookies by the name of a person, a role or a tenant (`X-User-Id`, `user`, `X-Role`) that
        decide whose rows are found, who the request is from, or what its sender may.

    Why it matters:
        Everybody may send every header and change every cookie: who writes another id is somebody else.

    How it is decided:
        The value is followed through names, numbers and helpers. It counts where a store or a function of
        the project is asked with it, where it is kept as the user of the request, returned by what says who
        it is, or held against an owner. Signed cookies, values that go through a verification, functions
        that ask for the proxy or the signature before, and handlers for machines and administrators are
        left out; a tenant counts where who is signed in is not asked whether it is theirs. Whatever it is
        called, a header counts that comes before what is known of who is signed in, one by which somebody is
        found, where 401 is what is said to nobody, and one whose word alone decides between going on and 403,
        or is the answer of a permission; so does a field of a form or a query that is for no choice.

    Fix:
        Take the id from the session or from a token that is verified.

    References:
        ASVS 8.3.1, CWE-290, CWE-565

    Since:
        0.1
    """

    kind: ClassVar[Class] = "authorisation"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        if not any(word in look.module.text for word in SPEAKS):
            return
        for function in look.module.functions:
            for found in claims(look, function):
                sink = believed(look, function, found)
                if sink is None:
                    continue
                place = look.module.place(found.node)
                yield self.finding(
                    look,
                    sink,
                    f"a {found.part} that its sender writes says who they are"
                    if found.about == "who"
                    else f"a {found.part} that its sender writes says what is theirs",
                    trace=(Step(place.file, place.line, f"a {found.part} of a request"),),
                    fix="take it from the session or from a verified token",
                )
                break
            else:
                yield from self.by_name(look, function)
                yield from self.preferred(look, function)

    def by_name(self, look: Look, function: Function) -> Iterator[Finding]:
        """Who it is, found by what a header of the project's own says."""
        for claim in found_by_header(look, function):
            yield self.finding(
                look,
                claim.node,
                f"a {claim.part} that its sender writes says who they are",
                fix="take it from the session or from a verified token",
            )

    def preferred(self, look: Look, function: Function) -> Iterator[Finding]:
        """What is said, before what is known; words that let somebody in."""
        for node in (*before_own(look, function), *before_own_ways(look, function)):
            yield self.finding(
                look,
                node,
                "what their sender writes comes before what is known of who is signed in",
                confidence="medium",
                fix="ask whether it is theirs",
            )
        for node, origin in lets_in(look, function):
            place = look.module.place(node)
            inner, read = where_read(look, origin, node)
            yield self.finding(
                inner,
                read,
                "a word that everybody may send lets its sender in",
                confidence="medium",
                trace=(*origin.steps[:1], Step(place.file, place.line, "it is believed")),
                fix="ask for a right of who is signed in",
            )


def where_read(look: Look, origin: Origin, node: ast.AST) -> tuple[Look, ast.AST]:
    """Where a helper reads what is believed elsewhere; of what is read there, the place itself."""
    for module in look.project.modules:
        if origin.steps and module.file == origin.steps[0].file:
            inner = look.beside(module)
            for each in inner.module.nodes_of(ast.Call, ast.Subscript):
                if each.lineno == origin.steps[0].line:
                    one, other = inner.function(each), look.function(node)
                    return (inner, each) if one is not None and one is not other else (look, node)
    return look, node


def believed(look: Look, function: Function, claim: Claim) -> ast.AST | None:
    """Where a claim decides; None: nowhere, or somebody has looked at it."""
    if vouched(look, function):
        return None
    uses = Uses(look, function, claim)
    sink = next((node for node in function.walk() if uses_it(look, function, uses, node)), None)
    if sink is None:
        return None
    persons = persons_of(look, function)
    asked = guards(look, function) if function.calls or function.decorators else set()
    if (asked | of_router(look, function) | set(words_of(function.name))) & MACHINES:
        return None
    if claim.about == "tenant":
        known = bool(asked) and bool(look.shared.flow.entries.is_handler(function) or takes_request(function))
        asks = any(persons.one_holds(each, uses.names, "") for each in function.walk())
        return sink if known and not asks else None
    asks = any(persons.one_holds(each, uses.names, "") and uses_name(uses, each) for each in function.walk())
    return None if asks else sink


def takes_request(function: Function) -> bool:
    return "request" in {each.name for each in function.parameters}


def uses_name(uses: Uses, node: ast.AST) -> bool:
    """Whether a check is about the claim."""
    return any(uses.is_it(each) for each in walk(node))


def uses_it(look: Look, function: Function, uses: Uses, node: ast.AST) -> bool:
    """Whether a node lets the claim decide."""
    if isinstance(node, ast.Call):
        return decides(look, uses, node)
    if isinstance(node, ast.Assign):
        return uses.is_it(node.value) and any(keeps(each) for each in node.targets)
    if isinstance(node, ast.Return):
        return uses.is_it(node.value) and says_who(look, function)
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
        sides = (node.left, node.comparators[0])
        others = [each for each in sides if not uses.is_it(each)]
        return len(others) == 1 and isinstance(others[0], ast.Attribute | ast.Subscript) and is_owner(
            called(others[0])
        )  # fmt: skip
    return False


def decides(look: Look, uses: Uses, node: ast.Call) -> bool:
    name = called_function(node)
    if name in TALKS or node is uses.claim.node or not any(uses.is_it(one) for one in given_to(node)):
        return False
    if name in STORES:
        return part_is_store(look, node)
    if not look.shared.flow.calls.callees(node, look.scope(node)):
        if isinstance(node.func, ast.Attribute) and SAYS & set(words_of(name)) and signs_in(uses.function):
            return True
        return bool(SAYS & set(words_of(name))) and isinstance(node.func, ast.Name) and name[:1].isupper()
    words = set(words_of(name))
    return not words & {"log", "audit", "track", "limit", "throttle", "verify", "decode"} and bool(
        words & (CHECKS | SAYS | {"get", "find", "load", "of", "for", "list", "delete", "update", "create"})
    )


def signs_in(function: Function) -> bool:
    """Whether somebody is signed in by it."""
    return any(called_function(each.node) in SIGN_IN for each in function.calls)


def given_to(node: ast.AST) -> Iterator[ast.AST]:
    """What a call is given, out of what it is put into; no digest of it: that is of a secret."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.Call) and made_of_secret(each):
            continue
        yield each
        yield from given_to(each)


def made_of_secret(node: ast.Call) -> bool:
    """``digest(cookie)``, ``hashlib.sha256(cookie.encode()).hexdigest()``"""
    return called_function(node) not in SAME | ENDS | FINDS and (
        "hash" in unparsed(node.func) or not DIGESTS.isdisjoint(words_of(called_function(node)))
    )


DIGESTS = frozenset(
    ["digest", "digested", "hash", "hashed", "hexdigest", "sha", "sha256", "hmac", "stamp",
     "fingerprint", "finger", "fingerabdruck", "unsign", "decrypt", "loads", "verify", "checksum",
     "blake2b", "seal", "unseal"]
)  # fmt: skip


def part_is_store(look: Look, node: ast.Call) -> bool:
    """``cache.get(...)`` and ``headers.get(...)`` are no store of rows."""
    func = node.func
    text = unparsed(func.value) if isinstance(func, ast.Attribute) else ""
    if any(word in text.lower() for word in ("header", "cookie", "cache", "args", "environ", "meta", "log")):
        return False
    return called_function(node) != "get" or len(node.args) + len(node.keywords) > 1 or any(
        part[:1].isupper() or part in {"objects", "query", "session", "db", "repo", "users", "accounts"}
        for part in text.replace("()", "").split(".")
    )  # fmt: skip


def keeps(target: ast.expr) -> bool:
    """``request.user = ...``, ``g.role = ...``, ``session["user_id"] = ...``"""
    if not isinstance(target, ast.Attribute | ast.Subscript):
        return False
    holder = unparsed(target.value).rpartition(".")[2]
    words = set(words_of(called(target)))
    return holder in KEEPERS and bool(words & (SAYS | {"uid", "admin", "userid", "username", "roles"}))


def says_who(look: Look, function: Function) -> bool:
    """Whether others ask a function who it is: by its name, and it is called or injected."""
    words = set(words_of(function.name))
    return bool(words & SAYS) and not look.shared.flow.entries.routes(function)
