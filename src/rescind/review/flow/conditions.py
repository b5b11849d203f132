"""What is known to hold when a node is evaluated: the tests around it, and those that ended what came before.

After ``if x not in NAMES: abort(400)`` the test is known to be false; inside of ``if x in NAMES:`` it is
known to be true.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rescind.reading import Module, walk
from rescind.review.flow.policy import REFUSES, Guard, said
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of

ENDS = {"abort", "exit", "_exit", "fail", "redirect_and_exit", "http_error", "raise_for_status"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
BLOCKS = ("body", "orelse", "finalbody")


class Condition(NamedTuple):
    """A test that has that truth. ``mends``: names that were replaced where it did not."""

    test: ast.expr
    holds: bool
    mends: frozenset[str] | None = None


def conditions(module: Module, node: ast.AST) -> Iterator[Condition]:
    """What holds when a node is evaluated, within its function, innermost first."""
    below = node
    for above in module.above(node):
        if isinstance(above, ast.If | ast.While | ast.IfExp):
            yield from branch(above, below)
        elif isinstance(above, ast.BoolOp):
            holds = isinstance(above.op, ast.And)
            at = next((n for n, each in enumerate(above.values) if each is below), 0)
            yield from (Condition(each, holds) for each in above.values[:at])
        elif isinstance(above, COMPREHENSIONS) and not isinstance(below, ast.comprehension):
            yield from (Condition(test, True) for each in above.generators for test in each.ifs)
        elif isinstance(above, ast.match_case) and above.guard is not None and below is not above.guard:
            yield Condition(above.guard, True)
        elif isinstance(above, ast.Match) and isinstance(below, ast.match_case):
            yield from chosen(above, below)
        if isinstance(below, ast.stmt):
            yield from before(above, below)
        if isinstance(above, FUNCTIONS):
            return
        below = above


def chosen(node: ast.Match, case: ast.match_case) -> Iterator[Condition]:
    """What holds in a case: its own pattern, and none of those before it."""
    for each in node.cases:
        if each is case:
            test = matches(node.subject, each.pattern)
            yield from [Condition(test, True)] if test is not None else []
            return
        yield from missed(node, each)


def missed(node: ast.Match, case: ast.match_case) -> Iterator[Condition]:
    """What does not hold where a case was not the one: its pattern, or what is asked of everything else."""
    plain = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
    test = case.guard if plain else matches(node.subject, case.pattern) if case.guard is None else None
    if test is not None:
        yield Condition(test, False)


def matches(subject: ast.expr, pattern: ast.pattern) -> ast.expr | None:
    """``subject is None``, ``subject == "admin"``, ``subject in ("a", "b")``; None: it is no plain value."""
    if isinstance(pattern, ast.MatchSingleton):
        test = ast.Compare(subject, [ast.Is()], [ast.Constant(pattern.value)])
    elif isinstance(pattern, ast.MatchValue):
        test = ast.Compare(subject, [ast.Eq()], [pattern.value])
    elif isinstance(pattern, ast.MatchOr):
        some = [each.value for each in pattern.patterns if isinstance(each, ast.MatchValue)]
        if len(some) != len(pattern.patterns):
            return None
        test = ast.Compare(subject, [ast.In()], [ast.Tuple(some, ast.Load())])
    else:
        return None
    return ast.copy_location(test, subject)


def decides(module: Module, node: ast.expr) -> bool:
    """Whether an expression decides which way the code goes."""
    below: ast.AST = node
    for above in module.above(node):
        if isinstance(above, ast.If | ast.While | ast.IfExp):
            return above.test is below
        if isinstance(above, ast.match_case):
            return above.guard is below
        if not isinstance(above, ast.BoolOp | ast.UnaryOp | ast.Await):
            return False
        below = above
    return False


def branch(above: ast.If | ast.While | ast.IfExp, below: ast.AST) -> Iterator[Condition]:
    if below is above.test:
        return
    body = above.body if isinstance(above.body, list) else [above.body]
    yield Condition(above.test, any(each is below for each in body))


def before(above: ast.AST, below: ast.stmt) -> Iterator[Condition]:
    """What the statements before one in its block say."""
    for name in BLOCKS:
        block = getattr(above, name, None)
        if isinstance(block, list) and any(each is below for each in block):
            for each in reversed(block[: next(at for at, one in enumerate(block) if one is below)]):
                yield from after(each)


def after(node: ast.stmt) -> Iterator[Condition]:
    """What is known once a statement is done and it went on."""
    if isinstance(node, ast.Assert):
        yield Condition(node.test, True)
    elif isinstance(node, ast.If):
        if ends(node.body):
            yield Condition(node.test, False)
        elif node.orelse and ends(node.orelse):
            yield Condition(node.test, True)
        else:
            yield Condition(node.test, False, assigned(node.body))
    elif isinstance(node, ast.Match):
        for case in node.cases:
            yield from missed(node, case) if ends(case.body) else ()
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        if refuses(node.value):
            yield Condition(node.value, True)
    elif isinstance(node, ast.Try) and node.handlers and all(ends(each.body) for each in node.handlers):
        for each in node.body:
            yield from after(each)


def refuses(call: ast.Call) -> bool:
    """``validate(x)`` as a statement of its own: it raises, or it would have no use."""
    return not REFUSES.isdisjoint(words_of(called_function(call)))


def ends(body: list[ast.stmt]) -> bool:
    """Whether nothing after a block is reached from it."""
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise | ast.Continue | ast.Break):
        return True
    if isinstance(last, ast.If):
        return bool(last.orelse) and ends(last.body) and ends(last.orelse)
    if isinstance(last, ast.With | ast.AsyncWith):
        return ends(last.body)
    value = last.value if isinstance(last, ast.Expr) else None
    value = value.value if isinstance(value, ast.Await) else value
    if isinstance(value, ast.Call):
        return called_function(value) in ENDS
    return False


def assigned(body: list[ast.stmt]) -> frozenset[str]:
    return frozenset(
        each.id
        for node in body
        for each in walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )


def makes_harmless(module: Module, node: ast.expr, guard: Guard) -> bool:
    """Whether something that holds at a node takes the danger out of what the node says."""
    held = list(conditions(module, node))
    subject = said(node) if held else ""
    for each in held:
        if each.mends is None or subject in each.mends:
            test = kept_in(module, each.test)
            # By what a name is made of, and by the name: parts of an address are given on, too.
            if any(implied(one, each.holds, subject, guard) for one in {parted(module, test), test}):
                return True
    return False


def kept_in(module: Module, test: ast.expr) -> ast.expr:
    """Of ``is_fine = check(x)`` and then ``if is_fine`` the check, if the name is set once."""
    inner = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test
    if not isinstance(inner, ast.Name):
        return test
    bound = module.scope_of(inner).bindings.get(inner.id, ())
    value = bound[0].value if len(bound) == 1 and bound[0].kind == "assign" else None
    if not isinstance(value, ast.Call | ast.Compare | ast.BoolOp):
        return test
    return value if inner is test else ast.UnaryOp(ast.Not(), value)


PARTS_ADDRESSES = ("urlparse", "urlsplit", "urljoin", "URL", "furl", "url_parse")


@lru_cache(maxsize=16)  # modules come one after the other, and are large
def parts_addresses(module: Module) -> bool:
    return any(word in module.text for word in PARTS_ADDRESSES)


def parted(module: Module, test: ast.expr) -> ast.expr:
    """``urlsplit(x).netloc == HOST`` for ``parts.netloc == HOST`` and ``host == HOST``, if the name is set
    once."""
    if not parts_addresses(module):
        return test
    found = {
        each.id: value
        for each in walk(test)
        if isinstance(each, ast.Name) and (value := part_of_address(module, each)) is not None
    }
    return Parted(found).visit(copy.deepcopy(test)) if found else test


def part_of_address(module: Module, node: ast.Name) -> ast.expr | None:
    known = module.parent_of(node) is not None
    bound = tuple(module.scope_of(node).bindings.get(node.id, ())) if known else ()
    first = bound[0] if len(bound) == 1 else None
    value = first.value if first is not None else None
    inner = value
    while isinstance(inner, ast.Attribute | ast.Subscript):
        inner = inner.value
    if first is None or not isinstance(inner, ast.Call) or called_function(inner) not in PARTS_ADDRESSES:
        return None
    if first.kind == "unpacked" and value is not None:
        return ast.Attribute(value, node.id, ast.Load())
    return value if first.kind == "assign" else None


class Parted(ast.NodeTransformer):
    """Puts what names stand for in their place."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.values.get(node.id, node)


def implied(test: ast.expr, holds: bool, subject: str, guard: Guard) -> bool:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return implied(test.operand, not holds, subject, guard)
    if isinstance(test, ast.BoolOp):
        every = any if isinstance(test.op, ast.And) is holds else all
        return every(implied(each, holds, subject, guard) for each in test.values)
    if not holds and said(test) == subject:
        return True  # empty
    if (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.Is if holds else ast.IsNot)
        and said(test.left) == subject
    ):
        return isinstance(test.comparators[0], ast.Constant)
    return guard(test, holds, subject)
