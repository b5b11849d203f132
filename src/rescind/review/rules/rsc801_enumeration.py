"""RSC801: answers, and times, that say whether an account exists."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, walk
from rescind.review.accounts import (
    ASKS,
    SIGNS_UP,
    Lookup,
    answers,
    finds_account,
    leaves,
    lookups,
    missing_branches,
    only_if_there,
    says_there,
)
from rescind.review.called import called_function
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.telling import for_people
from rescind.review.verifying import Verifying
from rescind.review.words import words_of

HASHED = "no hash is worked out where there is no account: the time of the answer says so"
TOLD = "the answer says whether there is an account"
SAID = "the answer is another one where there is no account"


class RSC801(Rule):
    """Who asks learns whether an account exists.

    What it checks:
        Functions that look an account up by an address or name that somebody typed: to sign in, to reset
        a password, to send a code.

    Why it matters:
        With a list of who has an account, passwords of other breaches are tried on those alone, and the
        users of a clinic or a dating site are known by name.

    How it is decided:
        The hash of the password has to be worked out for unknown names, too: a check that is only
        reached where there is an account counts, unless the other branch hashes as well. Without a check
        of a password, the answer for unknown names has to be that for all. Registration, pages for those
        who are signed in, and lookups by token are left out; what the framework's own ``authenticate``
        does is fine.

    Fix:
        Check the password against a fixed hash where there is no account, and give one answer in one time.

    References:
        ASVS 6.3.8, CWE-204, CWE-208

    Since:
        0.1
    """

    kind: ClassVar[Class] = "enumeration"
    severity: ClassVar[Severity] = "medium"

    def check(self, look: Look) -> Iterator[Finding]:
        if for_people(look):
            return
        verifying = Verifying(look)
        for function in look.module.functions:
            words = set(words_of(function.name))
            for route in look.shared.flow.entries.routes(function):
                words |= set(words_of(route.path))
            if words & SIGNS_UP or signed_in(function):
                continue
            every = (
                self.judged(look, function, lookup, verifying, words) for lookup in lookups(look, function)
            )
            yield from [found for found in every if found is not None][:1]
            yield from self.told(look, function, words)

    def judged(
        self, look: Look, function: Function, lookup: Lookup, verifying: Verifying, words: set[str]
    ) -> Finding | None:
        checks = [each for each in verifying.calls(function) if each.lineno >= lookup.node.lineno]
        branches = missing_branches(look, function, lookup)
        if checks:
            hashes = verifying.calls(function, only_checks=False)
            return self.timed(look, lookup, checks, hashes)
        if not self.asks(look, function, words) or not answered(look, function):
            return None
        if lookup.misses or any(self.differs(function, body) for body in branches):
            return self.finding(
                look, lookup.node, SAID, confidence="medium", fix="give one answer, whether it exists or not"
            )
        tells = next((each for each in function.returns if tells_there(each, lookup.name)), None)
        return self.finding(look, tells, TOLD, fix="do not offer this") if tells is not None else None

    @staticmethod
    def asks(look: Look, function: Function, words: set[str]) -> bool:
        around = words | set(words_of(function.cls.name if function.cls is not None else ""))
        return bool(ASKS & around) and look.shared.near(function)

    def timed(
        self, look: Look, lookup: Lookup, checks: list[ast.Call], hashes: list[ast.Call]
    ) -> Finding | None:
        if lookup.misses:
            return self.finding(
                look, lookup.node, SAID, fix="check a fixed hash instead, and give one answer"
            )
        handled = lookup.handler is not None and leaves(lookup.handler.body)
        inside = {
            each for statement in (lookup.handler.body if lookup.handler else []) for each in walk(statement)
        }
        for each in hashes:
            elsewhere = each in inside or not (handled or only_if_there(look, each, lookup.name))
            if elsewhere and (each.lineno >= lookup.node.lineno or each in checks):
                return None
        return self.finding(look, lookup.node, HASHED, fix="check a fixed hash where there is no account")

    def told(self, look: Look, function: Function, words: set[str]) -> Iterator[Finding]:
        """``if not User.objects.filter(email=email).exists(): return ...``, ``{"exists": ....exists()}``"""
        if not self.asks(look, function, words):
            return
        for node in function.walk():
            if isinstance(node, ast.If):
                missing = is_existence(look, node.test)
                body = {True: node.orelse, False: node.body}.get(missing, []) if missing is not None else []
                if body and self.differs(function, body):
                    yield self.finding(
                        look,
                        node.test,
                        SAID,
                        confidence="medium",
                        fix="give one answer, whether it exists or not",
                    )
            elif isinstance(node, ast.Return) and node.value is not None and asks_for_one(look, node.value):
                yield self.finding(look, node, TOLD, fix="do not offer this")

    @staticmethod
    def differs(function: Function, body: list[ast.stmt]) -> bool:
        """Whether nothing else of the function is answered as a missing account is."""
        own = answers(body)
        inside = {each for statement in body for each in walk(statement)}
        others = answers([each for each in function.node.body if each not in inside])
        rest = list(others)
        for each in own:
            if each in rest:
                rest.remove(each)
        return bool(own) and any(each not in rest for each in own)


def answered(look: Look, function: Function) -> bool:
    """Whether the function itself answers a request: what helpers raise may become anything."""
    names = {each.name for each in function.parameters}
    return (
        look.shared.flow.entries.is_handler(function)
        or "request" in names
        or "from flask" in look.module.text
    )


def is_existence(look: Look, node: ast.AST) -> bool | None:
    """Whether a test asks for an account, and says that there is one; None: it asks something else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        found = is_existence(look, node.operand)
        return None if found is None else not found
    while isinstance(node, ast.Await):
        node = node.value
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
        right = node.comparators[0]
        key = node.left
        if isinstance(right, ast.Name | ast.Attribute) and finds_account(
            look, "", ast.Tuple([ast.Subscript(right, ast.Name("_"), ast.Load()), key], ast.Load())
        ):
            return isinstance(node.ops[0], ast.In)
        return None
    if (
        isinstance(node, ast.Call)
        and called_function(node) in {"exists", "aexists", "count"}
        and finds_account(look, "", node)
    ):
        return True
    return None


def asks_for_one(look: Look, node: ast.expr) -> bool:
    return any(is_existence(look, each) is not None for each in walk(node))


def tells_there(node: ast.expr, name: str) -> bool:
    """``{"exists": row is not None}``, ``bool(user)``"""
    for each in walk(node):
        if isinstance(each, ast.Compare) and says_there(each, name):
            return True
        if (
            isinstance(each, ast.Call)
            and getattr(each.func, "id", "") == "bool"
            and each.args
            and says_there(each.args[0], name)
        ):
            return True
    return False


def signed_in(function: Function) -> bool:
    """Whether only who is signed in gets there."""
    for each in function.decorators:
        words = set(words_of(each.name or ast.unparse(each.node)))
        if words & {"login", "authenticated", "jwt", "auth", "permission"} and words & {
            "required",
            "requires",
            "require",
        }:
            return True
    parameters = [*function.node.args.args, *function.node.args.kwonlyargs]
    return any(words_of(each.arg)[:1] == ("current",) for each in parameters)
