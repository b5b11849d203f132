"""Whether the ``state`` of a provider's answer is held against anything that was kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function

STATE = re.compile(r"(?i)state")
TEXT = re.compile(r"[\s=/:?]")
"""What stands in messages and addresses, and in no key."""
OF_APPLICATION = {"app", "application", "req", "request", "websocket"}
"""Whose ``state`` it is that an application keeps its things in, as Starlette does."""
TOLD = frozenset(
    ["abort", "debug", "error", "exception", "info", "jsonify", "log", "print", "redirect", "render",
     "render_template", "url_for", "warning", "HTTPFound", "HTTPSeeOther", "HttpResponseRedirect",
     "RedirectResponse"]
)  # fmt: skip
"""Calls that tell it somebody, and hold it against nothing."""
SAME = frozenset(["bool", "dict", "len", "quote", "str", "strip", "unquote"])
EXCHANGES = frozenset(
    ["fetch_token", "fetch_access_token", "exchange_code", "exchange_code_for_token", "get_access_token",
     "obtain_token", "acquire_token_by_authorization_code", "authorization_code", "exchange",
     "step2_exchange"]
)  # fmt: skip
"""Calls that change a code for a token."""
ASKS = frozenset(["post", "request", "fetch", "urlopen", "urlencode"])
"""Calls that do, if they are told the words for it."""


class Held(Exception):
    """It is, or it goes where that cannot be seen."""


def is_held(look: Look, functions: list[Function]) -> bool:
    """Whether one of the functions of an answer, or one that they give the state, holds it against something.

    What is not understood counts. Who takes it from the query, asks whether it is there, tells it, sends it
    on or compares it with a constant has done nothing.
    """
    waiting, seen = list(functions), set(functions)
    try:
        while waiting:
            function = waiting.pop()
            given = Visit(look.beside(function.module), function).given()
            waiting += [each for each in given if each not in seen]
            seen.update(given)
    except Held:
        return True
    return False


class Visit:
    """One function, and the names under which it has the state."""

    def __init__(self, look: Look, function: Function) -> None:
        self.look, self.function = look, function
        self.names: set[str] = set()
        self._given: set[Function] = set()

    def given(self) -> set[Function]:
        """The functions of the project that are given the state.

        Raises:
            Held: see there.
        """
        known = -1
        while known != len(self.names):
            known = len(self.names)
            for node in self.function.walk():
                for mention in self.mentions(node):
                    self.follow(mention)
        return self._given

    def mentions(self, node: ast.AST) -> Iterator[ast.AST]:
        """The expression that holds the state, if a node is the word for it."""
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load) and (STATE.search(node.id) or node.id in self.names):
                yield node
        elif isinstance(node, ast.Attribute):
            of_application = node.attr == "state" and called(node.value) in OF_APPLICATION
            if STATE.search(node.attr) and not of_application:
                raise Held
        elif isinstance(node, ast.keyword):
            if STATE.search(node.arg or "") and not self.is_state(node.value):
                raise Held
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and STATE.search(node.value):
            yield from self.of_key(node)

    def of_key(self, key: ast.Constant) -> Iterator[ast.AST]:
        if TEXT.search(str(key.value)):
            return
        above = list(self.look.module.above(key))
        if isinstance(above[0], ast.Dict) and key in above[0].keys:
            return
        read = next((each for each in above[:2] if isinstance(each, ast.Subscript | ast.Call)), None)
        if read is None or not is_read(self.look, read):
            raise Held
        yield read

    def is_state(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return bool(STATE.search(node.id)) or node.id in self.names
        return isinstance(node, ast.Constant) or is_read(self.look, node)

    def follow(self, node: ast.AST) -> None:
        """Upwards, from an expression that holds the state to what is done with it."""
        for above in self.look.module.above(node):
            if isinstance(above, ast.Call) and node is not above.func:
                if not self.goes_on(above):
                    return
            elif isinstance(above, ast.Compare):
                others = [each for each in (above.left, *above.comparators) if each is not node]
                if not all(isinstance(each, ast.Constant) for each in others):
                    raise Held
            elif isinstance(above, ast.Assign | ast.AnnAssign):
                self.rename(above, node)
                return
            elif isinstance(above, ast.stmt):
                if isinstance(above, ast.Return) or (isinstance(above, ast.For) and node is above.iter):
                    raise Held
                return
            elif isinstance(above, ast.Subscript) and node is above.slice:
                raise Held
            node = above

    def goes_on(self, call: ast.Call) -> bool:
        """Whether what a call gives back is the state again; without it, that has ended well."""
        name = called_function(call)
        if name in SAME:
            return True
        found = self.look.shared.flow.calls.callees(call, self.look.scope(call))
        taking = [each for each in found if any(STATE.search(one.name) for one in each.parameters)]
        if found and len(taking) == len(found):
            self._given.update(taking)
        elif name not in TOLD | EXCHANGES | ASKS and not self.is_raised(call):
            raise Held
        return False

    def is_raised(self, call: ast.Call) -> bool:
        return isinstance(self.look.module.parent_of(call), ast.Raise)

    def rename(self, above: ast.Assign | ast.AnnAssign, node: ast.AST) -> None:
        for target in above.targets if isinstance(above, ast.Assign) else [above.target]:
            taking = target
            if isinstance(target, ast.Tuple) and isinstance(node, ast.Tuple):
                pairs = zip(target.elts, node.elts, strict=False)
                found = [one for one, value in pairs if self.is_state(value)]
                taking = found[0] if len(found) == 1 else target
            if not isinstance(taking, ast.Name):
                raise Held
            self.names.add(taking.id)


def is_read(look: Look, node: ast.AST, word: re.Pattern[str] = STATE) -> bool:
    """``request.args["state"]``"""
    if not isinstance(node, ast.Subscript | ast.Call) or not word.search(called(node)):
        return False
    holder = node.value if isinstance(node, ast.Subscript) else getattr(node.func, "value", None)
    part = look.shared.flow.web.part
    return "query" in {
        part(node, look.scope(node)),
        part(holder, look.scope(node)) if holder is not None else "",
    }
