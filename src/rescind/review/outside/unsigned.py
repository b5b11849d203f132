"""What a request says of its sender in a header or a cookie that nothing signs, and where that is used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Function, unparsed, walk
from rescind.review.flow import Part
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import GETTERS, arguments, called_function
from rescind.review.naming.words import secret_kind, words_of

WHO = frozenset(
    ["user", "uid", "userid", "username", "member", "customer", "account", "accountid", "person", "employee",
     "student", "patient", "operator", "principal", "caller", "actor", "subject", "owner", "benutzer",
     "usuario", "nutzer", "kunde", "cliente", "utilisateur", "mitglied", "mitarbeiter", "konto", "cuenta",
     "conta"]
)  # fmt: skip
RIGHTS = frozenset(
    ["admin", "role", "roles", "staff", "superuser", "groups", "permission", "permissions", "scopes", "rol",
     "rolle", "rollen", "papel", "ruolo", "rola"]
)  # fmt: skip
TENANTS = frozenset(["tenant", "tenantid", "organization", "organisation", "org", "workspace", "mandant"])
AROUND = frozenset(["x", "http", "id", "ids", "is", "name", "remote", "forwarded", "auth", "current", "pk"])
SIGNED = frozenset(["get_signed_cookie", "get_secure_cookie", "get_secret_cookie"])
# The value itself by another name, or as a number.
SAME = frozenset(["int", "str", "UUID", "ObjectId", "strip", "lower", "decode", "text", "uuid", "split"])
# Where somebody has looked at who sends it before: a proxy, a machine, a signature.
VOUCHED = re.compile(
    r"(?i)remote_?addr|\.client\.host|trusted?(?![a-z]*_hosts)|prox(?:y|ies)|compare_digest|hmac|signature"
    r"|\bverif|unsign|check_password|verify_key|peer_?cert|client_?cert"
)


class Claim(NamedTuple):
    """One: where it is read, in which part of a request, and what it is about."""

    node: ast.expr | ast.arg
    part: Part
    about: str  # "who", "rights", "tenant"


def claims(look: Look, function: Function) -> Iterator[Claim]:
    """Those that a function reads, or is given by its framework."""
    for node in function.walk():
        if isinstance(node, ast.Call | ast.Subscript):
            about = next((kind for name in names_of(look, node) if (kind := kind_of(name))), "")
            part = part_of(look, node) if about and not of_server(look, node) else ""
            if part in {"header", "cookie"}:
                yield Claim(node, part, about)
    entries = look.shared.flow.entries
    for each in function.parameters:
        marked = entries.marked(function, each)
        if marked is not None and marked.part in {"header", "cookie"}:
            about = kind_of(alias_of(each.default) or each.name)
            if about:
                yield Claim(each.node, marked.part, about)


def of_server(look: Look, node: ast.Call | ast.Subscript) -> bool:
    """``environ["REMOTE_USER"]``: what the server has put there; headers begin with ``HTTP_``."""
    holder = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    holder = node.value if isinstance(node, ast.Subscript) else holder
    where = unparsed(holder).rpartition(".")[2] if holder is not None else ""
    return where in {"environ", "META"} and not any(each.startswith("HTTP_") for each in names_of(look, node))


def alias_of(node: ast.expr | None) -> str:
    """``Header(alias="X-User")``"""
    found = (
        [each.value for each in node.keywords if each.arg == "alias"] if isinstance(node, ast.Call) else []
    )
    return str(found[0].value) if found and isinstance(found[0], ast.Constant) else ""


def names_of(look: Look, node: ast.Call | ast.Subscript) -> list[str]:
    """By which name something is read: ``headers.get("X-User")``, ``headers[USER_HEADER]``."""
    if isinstance(node, ast.Call):
        if called_function(node) not in GETTERS or not node.args:
            return []
        key = node.args[0]
    else:
        key = node.slice
    if isinstance(key, ast.Constant):
        value = key.value.decode("latin-1") if isinstance(key.value, bytes) else key.value
        return [value] if isinstance(value, str) else []
    return look.values(key).texts if isinstance(key, ast.Name | ast.Attribute) else []


def part_of(look: Look, node: ast.Call | ast.Subscript) -> Part:
    """Of what a header or a cookie is read from; of signed ones nothing."""
    if isinstance(node, ast.Call):
        name = called_function(node)
        secret = len(node.args) > 1 or any(
            each.arg in {"secret", "max_age", "salt"} for each in node.keywords
        )
        if name in SIGNED or (name == "get_cookie" and secret and "bottle" in look.module.text):
            return ""
    holder = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    holder = node.value if isinstance(node, ast.Subscript) else holder
    web, scope = look.shared.flow.web, look.scope(node)
    known = (web.part(holder, scope) if holder is not None else "") or web.part(node, scope)
    if known or holder is None:
        return known
    text = unparsed(holder)
    if isinstance(holder, ast.Name) and (holder.id == "environ" or of_call(look, holder)):
        return "header"
    at = re.fullmatch(
        r"(?:conn|connection|handler|self|req\w*|ctx|context|ws|\w*socket)?\.?(headers|cookies|COOKIES)", text
    )
    return "" if at is None else "header" if at[1] == "headers" else "cookie"


def of_call(look: Look, node: ast.Name) -> bool:
    """``metadata`` of ``metadata = dict(context.invocation_metadata())``: what gRPC has for headers."""
    if "invocation_metadata" not in look.module.text:
        return False
    bound = [each.value for each in bindings_at(node, look.scope(node))]
    return any(each is not None and "invocation_metadata(" in unparsed(each) for each in bound)


def kind_of(name: str) -> str:
    """What a header or cookie of that name says; empty: nothing of its sender."""
    words = [word for word in words_of(name) if word not in AROUND]
    if not words or secret_kind(name) or len(words) > 2:
        return ""
    kinds = (("rights", RIGHTS), ("who", WHO), ("tenant", TENANTS))
    return next((kind for kind, known in kinds if words[-1] in known), "")


class Uses:
    """Where a claim goes within its function, under whatever names."""

    def __init__(self, look: Look, function: Function, claim: Claim) -> None:
        self.look = look
        self.function = function
        self.claim = claim
        self.names: set[str] = {claim.node.arg} if isinstance(claim.node, ast.arg) else set()
        for node in function.walk():
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if self.is_it(node.value):
                    self.names |= {each.id for each in targets if isinstance(each, ast.Name)}

    def is_it(self, node: ast.AST | None) -> bool:
        """Whether an expression is the claim itself, stripped or as a number."""
        if node is self.claim.node:
            return True
        if isinstance(node, ast.Name):
            return node.id in self.names
        if isinstance(node, ast.Await | ast.NamedExpr):
            return self.is_it(node.value)
        if isinstance(node, ast.BoolOp):
            return self.is_it(node.values[0])
        if isinstance(node, ast.IfExp):
            return self.is_it(node.body) or self.is_it(node.orelse)
        if isinstance(node, ast.Call) and called_function(node) in SAME:
            receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
            return any(self.is_it(each) for each in (*node.args, receiver))
        return False

    def calls(self) -> Iterator[ast.Call]:
        """The calls that are given the claim, out of tuples, lists, dictionaries and comparisons, too."""
        for each in self.function.calls:
            if called_function(each.node) not in SAME and any(self.is_it(one) for one in given(each.node)):
                yield each.node


def given(call: ast.Call) -> Iterator[ast.AST]:
    """What a call is given, out of what it is put into."""
    for argument in arguments(call):
        if isinstance(argument, ast.Tuple | ast.List | ast.Dict | ast.Compare | ast.Starred):
            yield from (each for each in walk(argument) if isinstance(each, ast.expr))
        else:
            yield argument


def vouched(look: Look, function: Function) -> bool:
    """Whether a function asks who sends it what it is told: a proxy, a machine, a signature; or one does that
    is asked for it before."""
    return any(map(asks_sender, (function, *asked_before(look, function))))


def asks_sender(function: Function) -> bool:
    """By what it does: to be called ``login_proxy``, or to say that a proxy stands there, asks nothing."""
    parts = [*function.node.body, *function.node.args.defaults, *function.node.args.kw_defaults]
    return any(
        VOUCHED.search(function.module.source_of(each)) is not None
        for each in parts
        if each is not None and not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
    )


def asked_before(look: Look, function: Function) -> Iterator[Function]:
    """The functions that a framework calls for the parameters of one: ``_: None = Depends(from_gateway)``."""
    entries = look.shared.flow.entries
    for parameter in function.parameters if "epends" in look.module.text else ():
        marked = entries.marked(function, parameter)
        if marked is not None and marked.depends is not None:
            node, scope = marked.depends
            for each in look.project.resolve(node, scope):
                if isinstance(each.definition, Function):
                    yield each.definition
