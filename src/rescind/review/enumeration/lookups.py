"""Where code asks whether there is an account, and in which variable the answer is kept."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Function, unparsed, walk
from rescind.review.accounts.accounts import ACCOUNTS, CERTAIN, MISSES, finds_account, is_input, typed
from rescind.review.accounts.serving import is_served, is_tried, keeps_people
from rescind.review.accounts.verifying import Verifying
from rescind.review.enumeration.asking import asks
from rescind.review.flow.conditions import decides
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function, variables
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import once


class Lookup(NamedTuple):
    """One question of code whether there is an account.

    Attributes:
        name: the variable that holds it; empty: there is none.
        node: where it is asked.
        value: what is asked.
        misses: whether one that is missing is answered right there: ``first_or_404()``.
        handler: ``except User.DoesNotExist`` around it.
        test: of a question without a variable, such as ``if email in USERS:``, the expression that is true
            or not.
        there: whether it is true where there is an account.
        loop: ``for user in users: if user.email == email:``, with that test.
    """

    name: str
    node: ast.AST
    value: ast.expr
    misses: bool = False
    handler: ast.ExceptHandler | None = None
    test: ast.expr | None = None
    there: bool = True
    loop: ast.For | ast.AsyncFor | None = None


def lookups(look: Look, function: Function) -> Iterator[Lookup]:
    for node in function.walk():
        if isinstance(node, ast.Compare | ast.Call):
            there = asks_there(look, node)
            if there is not None and decides(look.module, node):
                yield Lookup("", node, node, test=node, there=there)
        elif isinstance(node, ast.For | ast.AsyncFor):
            yield from looped(look, node)
        target, value = assigned(node)
        if target is None or value is None or is_input(look, target, value):
            continue
        statement = look.module.statement_of(node)
        if statement is None or (isinstance(value, ast.Call) and is_check(look, value)):
            continue
        asked = value if not is_fetch(value) else executed(look, function, value)
        if finds_account(look, target, asked, tried=is_account(look, function, target, asked)):
            yield Lookup(
                target, statement, value, leaves_where_missing(look, value), handler_of(look, statement)
            )


def is_check(look: Look, node: ast.Call) -> bool:
    """``people.by_credentials(email, password)``, which holds them against each other itself."""
    if not any(secret_kind(called(each)) == "password" for each in node.args):
        return False
    verifying = Verifying(look)
    made = look.shared.flow.calls.callees(node, look.scope(node))
    return bool(made) and all(verifying.calls(each) for each in made)


def is_account(look: Look, function: Function, name: str, asked: ast.expr) -> bool:
    """Whether what is done with it says that what was found is somebody."""
    if is_tried(look, function, name):
        return True
    line = getattr(asked, "lineno", 0)
    told = asks_somebody(asked) or keeps_people(look, asked) or asks(look, function)
    return told and is_served(look, function, name, line)


def asks_somebody(asked: ast.expr) -> bool:
    """By what only people have, as a column, a key, or in a statement, or with it: ``SELECT id, email``."""
    return any(not (CERTAIN | {"epost"}).isdisjoint(words) for each in walk(asked) for words in spoken(each))


def spoken(node: ast.AST) -> Iterator[tuple[str, ...]]:
    if isinstance(node, ast.keyword):
        yield words_of(node.arg or "")
    elif isinstance(node, ast.Attribute | ast.Name):
        yield words_of(called(node))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield words_of(node.value.lower())


def leaves_where_missing(look: Look, value: ast.expr) -> bool:
    """``first_or_404()``, or a function of the project that raises where it finds nothing."""
    for each in walk(value):
        if isinstance(each, ast.Call) and called_function(each) in MISSES:
            return True
    if not isinstance(value, ast.Call):
        return False
    if raises_where_missing(value) and answers_missing(look):
        return True
    for function in look.shared.flow.calls.callees(value, look.scope(value)):
        for node in function.walk():
            if isinstance(node, ast.Raise) and raised_on_none(look, function, node):
                return True
    return False


def raises_where_missing(node: ast.Call) -> bool:
    """``Member.get(...)``, ``Member.objects.get(...)``, ``session.execute(...).scalar_one()``"""
    name, base = called_function(node), node.func.value if isinstance(node.func, ast.Attribute) else None
    if name in {"scalar_one", "one"}:
        return not node.args
    return name in {"get", "aget"} and (
        called(base) == "objects" if isinstance(base, ast.Attribute) else is_model(base)
    )


def is_model(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Name) and node.id[:1].isupper() and not node.id.isupper()


@once
def answers_missing(look: Look) -> bool:
    """Whether the application has an answer of its own for what is not found in a table:
    ``app.add_error_handler(DoesNotExist, nothing_there)``"""
    return any(
        called_function(call.node) in REGISTERS
        and any(word in unparsed(each) for each in call.node.args[:1] for word in NOT_THERE[:4])
        for module in look.project.modules
        if "handler" in module.text
        for call in look.beside(module).calls
    )


REGISTERS = frozenset(
    ["add_error_handler", "add_exception_handler", "app_errorhandler", "errorhandler", "exception_handler",
     "register_error_handler"]
)  # fmt: skip


def raised_on_none(look: Look, function: Function, node: ast.Raise) -> bool:
    """``raise NotFound``; ``if user is None: raise``, of something that the function was about to give."""
    if node.exc is None:
        return False
    if any(word in unparsed(node.exc) for word in NOT_THERE if word != "Exception"):
        return True
    above = function.module.parent_of(node)
    given = {each.id for each in function.returns if isinstance(each, ast.Name)}
    return (
        isinstance(above, ast.If)
        and any(each is node for each in above.body)
        and any(says_missing(above.test, name) for name in given)
    )


def looped(look: Look, node: ast.For | ast.AsyncFor) -> Iterator[Lookup]:
    """``for user in users: if user["email"] == email:``"""
    if ACCOUNTS.isdisjoint(words_of(unparsed(node.iter))):
        return
    names = variables(node.target)
    for each in node.body:
        for test in parts_of(each.test) if isinstance(each, ast.If) else ():
            if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq):
                continue
            sides = (test.left, test.comparators[0])
            own = [one for one in sides if names & variables(one)]
            if len(own) == 1 and not CERTAIN.isdisjoint(words_of(called(own[0]))):
                other = next(one for one in sides if one is not own[0])
                if typed(look, ast.Tuple([other], ast.Load())):
                    yield Lookup("", node, test, test=test, loop=node)


def parts_of(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def asks_there(look: Look, node: ast.AST) -> bool | None:
    """Whether an expression asks for an account, and is true where there is one; None: it asks something
    else."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        right, op = node.comparators[0], node.ops[0]
        if isinstance(node.left, ast.Constant):
            return None  # ``"domain" in user``: whether somebody has such a field
        if {"agent", "agents"} & set(words_of(unparsed(right))):
            return None  # which program it is
        if isinstance(op, ast.In | ast.NotIn) and isinstance(right, ast.Name | ast.Attribute):
            asked = ast.Tuple([ast.Subscript(right, ast.Name("_"), ast.Load()), node.left], ast.Load())
            return isinstance(op, ast.In) if finds_account(look, "", asked) else None
        if isinstance(op, ast.Is | ast.IsNot) and isinstance(right, ast.Constant) and right.value is None:
            left = node.left.value if isinstance(node.left, ast.Await) else node.left
            found = isinstance(left, ast.Call) and finds_account(look, "", left, sure=True)
            return isinstance(op, ast.IsNot) if found else None
        return None
    if not isinstance(node, ast.Call) or isinstance(look.module.parent_of(node), ast.Compare):
        return None
    asks = called_function(node) in EXISTS or (decides(look.module, node) and not tries(node))
    return True if asks and finds_account(look, "", node, sure=True) else None


EXISTS = frozenset(["exists", "aexists", "count"])


def tries(node: ast.Call) -> bool:
    """``check_user(name, password)``: a sign-in, no question of who is there."""
    return any(secret_kind(called(each)) for each in arguments(node))


def assigned(node: ast.AST) -> tuple[str | None, ast.Call | ast.Subscript | None]:
    """``x = await f()``, ``(x := f())``, ``x = USERS[name]``"""
    target = value = None
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
    elif isinstance(node, ast.NamedExpr | ast.AnnAssign):
        target, value = node.target, node.value
    value = value.value if isinstance(value, ast.Await) else value
    if isinstance(value, ast.BoolOp):
        value = value.values[0]
    own = isinstance(target, ast.Attribute) and getattr(target.value, "id", "") in {"self", "g"}
    if (
        target is None
        or not (own or isinstance(target, ast.Name))
        or not isinstance(value, ast.Call | ast.Subscript)
    ):
        return None, None
    return unparsed(target), value


FETCHES = frozenset(
    ["fetchone", "fetchall", "one_or_none", "first", "scalar_one_or_none", "scalar", "scalars", "one",
     "scalar_one", "mappings", "unique", "all"]
)  # fmt: skip


def is_fetch(call: ast.expr) -> bool:
    """``cursor.fetchone()``, ``result.scalars().first()``: the statement was given before."""
    while isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and not call.args:
        if call.func.attr not in FETCHES:
            return False
        call = call.func.value
        call = call.value if isinstance(call, ast.Await) else call
    return isinstance(call, ast.Name | ast.Attribute)


def executed(look: Look, function: Function, call: ast.expr) -> ast.expr:
    """The last ``execute`` before a ``fetchone``; of a statement that a variable holds, the statement."""
    before = [
        each.node
        for each in function.calls
        if called_function(each.node) in {"execute", "exec", "scalars", "scalar", "query"}
        and each.node.args
        and each.node.lineno <= call.lineno
    ]
    if not before:
        return call
    return with_statement(look, before[-1])


def with_statement(look: Look, call: ast.Call) -> ast.expr:
    """A call with what its variables hold, so that ``execute(query)`` says what is asked."""
    held: list[ast.expr] = []
    for each in call.args:
        if isinstance(each, ast.Name):
            held += [
                one.value
                for one in bindings_at(each, look.scope(each))
                if one.kind == "assign" and isinstance(one.value, ast.Call)
            ]
    return ast.Tuple([call, *held], ast.Load()) if held else call


def handler_of(look: Look, node: ast.stmt) -> ast.ExceptHandler | None:
    """``except User.DoesNotExist`` around a lookup."""
    below: ast.AST = node
    for above in look.module.above(node):
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            return None
        if isinstance(above, ast.Try) and any(each is below for each in above.body):
            for handler in above.handlers:
                text = unparsed(handler.type) if handler.type is not None else "Exception"
                if any(word in text for word in NOT_THERE):
                    return handler
        below = above
    return None


NOT_THERE = (
    "DoesNotExist",
    "NotExist",
    "NotFound",
    "NoResult",
    "KeyError",
    "Exception",
    "LookupError",
    "Missing",
    "Unknown",
    "NoSuch",
)


def says_missing(test: ast.expr, name: str) -> bool:
    """``x is None``, ``not x``, also as the first of several with ``or``."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return says_missing(test.values[0], name)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return says_there(test.operand, name)
    return is_compared(test, name, ast.Is)


def says_there(test: ast.expr, name: str) -> bool:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return says_there(test.values[0], name)
    return is_name(test, name) or is_compared(test, name, ast.IsNot)


def is_compared(test: ast.expr, name: str, kind: type[ast.cmpop]) -> bool:
    """``x is None`` or ``x is not None``."""
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], kind):
        return False
    right = test.comparators[0]
    return is_name(test.left, name) and isinstance(right, ast.Constant) and right.value is None


def is_name(node: ast.expr, name: str) -> bool:
    """``x``, ``(x := f())``, ``self.x``"""
    node = node.target if isinstance(node, ast.NamedExpr) else node
    if isinstance(node, ast.Attribute):
        return "." in name and unparsed(node) == name
    return isinstance(node, ast.Name) and node.id == name
