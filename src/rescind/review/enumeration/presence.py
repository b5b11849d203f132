"""In which case something runs: where there is an account, where there is none; with a password that was
checked, or without."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from rescind.reading import Binding, Function, unparsed, walk
from rescind.review.enumeration.lookups import NOT_THERE, Lookup, is_name
from rescind.review.flow.conditions import conditions, ends
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind, words_of

Atom = Callable[[ast.expr], bool | None]
SIGNS_IN = frozenset(["authenticate", "aauthenticate", "sign_in_user", "authenticate_user"])
WRONG = ("Mismatch", "Wrong", "Incorrect", "BadPassword", "InvalidPassword", "InvalidHash", "Verification")


class Case(NamedTuple):
    """When a node runs. ``there``: whether there is an account then; ``checked``: whether the password was
    right; None: in both cases."""

    there: bool | None
    checked: bool | None


def implied(test: ast.expr, holds: bool, atom: Atom) -> bool | None:
    """What a test that has that truth says of a fact; ``atom``: whether a test is true where it is a fact."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return implied(test.operand, not holds, atom)
    if isinstance(test, ast.BoolOp):
        said = [implied(each, holds, atom) for each in test.values]
        if isinstance(test.op, ast.And) is holds:
            return next((each for each in said if each is not None), None)
        return said[0] if all(each is said[0] for each in said) else None
    found = atom(test)
    return None if found is None else found is holds


class Presence:
    """Of one question of one function."""

    def __init__(self, look: Look, function: Function, lookup: Lookup, checks: list[ast.Call]) -> None:
        self.look = look
        self.function = function
        self.lookup = lookup
        self.checks = set(checks)
        self.from_line = getattr(lookup.node, "lineno", 0)

    def of(self, node: ast.AST) -> Case:
        """When a node of the function runs."""
        there = checked = None
        for known in (*self.of_handlers(node), *self.of_conditions(node)):
            there = known.there if there is None else there
            checked = known.checked if checked is None else checked
        if there is None and self.is_after(node) and self.left_before:
            there = True
        return Case(True if checked and there is None else there, checked)

    @cached_property
    def left_before(self) -> bool:
        """Whether nobody comes past the question where there is no account."""
        handler = self.lookup.handler
        return self.lookup.misses or (handler is not None and bool(handler.body) and ends(handler.body))

    def is_after(self, node: ast.AST) -> bool:
        handler = self.lookup.handler
        inside = handler is not None and any(each is handler for each in self.look.module.above(node))
        return not inside and getattr(node, "lineno", 0) > self.from_line

    def of_conditions(self, node: ast.AST) -> Iterator[Case]:
        for each in conditions(self.look.module, node):
            if each.mends is None:
                yield Case(
                    implied(each.test, each.holds, self.is_there),
                    implied(each.test, each.holds, self.is_checked),
                )
        loop = self.lookup.loop
        if loop is not None and self.lookup.test is not None and self.comes_after_loop(node, loop):
            yield Case(False, None)

    def comes_after_loop(self, node: ast.AST, loop: ast.For | ast.AsyncFor) -> bool:
        """Behind ``for user in users: if user.email == email: return``, which left where one was found."""
        above = self.look.module.parent_of(self.lookup.test or node)
        left = isinstance(above, ast.If) and ends(above.body)
        return left and getattr(node, "lineno", 0) > (loop.end_lineno or 0)

    def of_handlers(self, node: ast.AST) -> Iterator[Case]:
        """What an ``except`` around a node says."""
        below = node
        for above in self.look.module.above(node):
            if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
                return
            if isinstance(below, ast.ExceptHandler) and isinstance(above, ast.Try):
                yield self.of_handler(above, below)
            below = above

    def of_handler(self, node: ast.Try, handler: ast.ExceptHandler) -> Case:
        inside = {each for statement in node.body for each in walk(statement)}
        asks = self.lookup.node in inside or self.lookup.value in inside
        checks = any(each in inside for each in self.checks)
        kinds = unparsed(handler.type) if handler.type is not None else ""
        if asks and (not checks or any(word in kinds for word in NOT_THERE[:-1] if word != "Exception")):
            return Case(False if handler is self.lookup.handler else None, None)
        if checks and (not asks or any(word in kinds for word in WRONG)):
            return Case(True, False)
        return Case(None, None)

    # what one test says

    def is_there(self, test: ast.expr) -> bool | None:
        if test is self.lookup.test:
            return self.lookup.there
        test = test.value if isinstance(test, ast.Await) else test
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return self.compares(test, test.ops[0], test.comparators[0])
        if isinstance(test, ast.Call) and called_function(test) in {"bool", "isinstance"} and test.args:
            return self.is_there(test.args[0])
        return True if self.is_account(test) else None

    def compares(self, test: ast.Compare, op: ast.cmpop, right: ast.expr) -> bool | None:
        if self.same_question(test):
            return isinstance(op, ast.In)
        if not isinstance(right, ast.Constant):
            return None
        left = test.left
        if (
            isinstance(left, ast.Call)
            and called_function(left) == "len"
            and left.args
            and self.is_account(left.args[0])
        ):
            empty = (isinstance(op, ast.Eq) and right.value == 0) or (
                isinstance(op, ast.Lt) and right.value == 1
            )
            return not empty
        if right.value is None and self.is_account(left):
            return isinstance(op, ast.IsNot | ast.NotEq)
        return None

    def same_question(self, test: ast.Compare) -> bool:
        """``name in USERS`` once more."""
        asked = self.lookup.test
        return (
            isinstance(asked, ast.Compare)
            and isinstance(asked.ops[0], ast.In | ast.NotIn)
            and isinstance(test.ops[0], ast.In | ast.NotIn)
            and unparsed(asked.left) == unparsed(test.left)
            and unparsed(asked.comparators[0]) == unparsed(test.comparators[0])
        )

    def is_account(self, node: ast.expr) -> bool:
        node = node.target if isinstance(node, ast.NamedExpr) else node
        if isinstance(node, ast.Attribute):
            return is_name(node, self.lookup.name)
        if not isinstance(node, ast.Name) or not self.lookup.name:
            return False
        if is_name(node, self.lookup.name):
            return self.still(node)
        return any(self.stands_for(one.value) for one in bindings_at(node, self.look.scope(node)))

    def stands_for(self, value: ast.expr | None) -> bool:
        """``user.password if user else None``, ``user and user.password``"""
        if isinstance(value, ast.IfExp) and is_nothing(value.orelse):
            return implied(value.test, True, self.is_there) is True
        return (
            isinstance(value, ast.BoolOp)
            and isinstance(value.op, ast.And)
            and implied(value, True, self.is_there) is True
        )

    def still(self, node: ast.Name) -> bool:
        """Whether the name still holds what was found, and nothing that was found later."""
        lines = [getattr(one.node, "lineno", 0) for one in self.others]
        return not any(self.from_line < line <= getattr(node, "lineno", 0) for line in lines)

    @cached_property
    def others(self) -> list[Binding]:
        return [
            one
            for one in self.function.scope.bindings.get(self.lookup.name, ())
            if not is_nothing(one.value) and getattr(one.node, "lineno", 0) > self.from_line
        ]

    def is_checked(self, test: ast.expr) -> bool | None:
        test = test.value if isinstance(test, ast.Await) else test
        if isinstance(test, ast.NamedExpr):
            return self.is_checked(test.value)
        if isinstance(test, ast.Call):
            return True if test in self.checks or holds(test) else None
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return self.held_against(test, test.ops[0], test.comparators[0])
        if isinstance(test, ast.Name):
            values = [one.value for one in bindings_at(test, self.look.scope(test))]
            return True if values and all(self.is_check(each) for each in values if each) else None
        return None

    def held_against(self, test: ast.Compare, op: ast.cmpop, right: ast.expr) -> bool | None:
        if isinstance(right, ast.Constant):
            said = self.is_checked(test.left)
            no = right.value is False or right.value is None
            if said is None or not (no or right.value is True):
                return None
            return said if isinstance(op, ast.Is | ast.Eq) is not no else not said
        if isinstance(op, ast.Eq | ast.NotEq) and plain(test):
            return isinstance(op, ast.Eq)
        return None

    def is_check(self, value: ast.expr | None) -> bool:
        value = value.value if isinstance(value, ast.Await) else value
        if isinstance(value, ast.Call):
            return value in self.checks or called_function(value) in SIGNS_IN or holds(value)
        return isinstance(value, ast.Compare) and plain(value) and isinstance(value.ops[0], ast.Eq)


COMPARES = frozenset(["compare_digest", "constant_time_compare", "safe_str_cmp", "safe_compare"])
VERIFIES = frozenset(["verify", "check", "valid", "matches", "validate", "pruefe", "verifica"])
ONCE = frozenset(["code", "otp", "totp", "pin", "token", "answer", "mfa"])


def holds(node: ast.Call) -> bool:
    """``compare_digest(row.code, code)``, ``verify_otp(user, code)``, ``totp.verify(code)``"""
    words = set(words_of(called_function(node)))
    if called_function(node) in COMPARES:
        return any((ONCE - {"token"}) & set(words_of(called(each))) for each in node.args)
    if not words & VERIFIES:
        return False
    return bool(words & ONCE) or any(not ONCE.isdisjoint(words_of(called(each))) for each in node.args)


def plain(test: ast.Compare) -> bool:
    """``user.password == password``, ``row["otp"] != code``"""
    kinds = [secret_kind(called(each)) for each in (test.left, *test.comparators)]
    words = {word for each in (test.left, *test.comparators) for word in words_of(called(each))}
    return any(kind in {"password", "code", "digest", "token"} for kind in kinds) or bool(
        words & {"code", "otp", "pin", "answer"}
    )


def is_nothing(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and not node.value)
