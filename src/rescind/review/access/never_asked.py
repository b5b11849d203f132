"""Guards that stand in the source and stop nobody: what runs is another function, or goes on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, unparsed, walk
from rescind.review.access.answered import PEOPLE, QUESTIONS
from rescind.review.access.asked_rights import STANDING, is_right, parts
from rescind.review.access.persons import is_owner, persons_of
from rescind.review.access.who import TURNED_AWAY, refuses
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of

Wrong = tuple[ast.AST, str, str]


def in_module(look: Look) -> Iterator[Wrong]:
    """Outside of functions."""
    for ways in (not_made, one_of_two, misspelt, left_open):
        yield from ways(look)


def in_function(look: Look, function: Function) -> Iterator[Wrong]:
    for ways in (goes_on, asserted):
        yield from ways(look, function)
    for alone in (allowed_by_error, put_aside):
        yield from alone(function)


def not_made(look: Look) -> Iterator[Wrong]:
    """``Depends(role_needed)`` of what makes the guard: it is made for each request, and never asked."""
    if not look.speaks_of(("depends", "guards", "security")):
        return
    for call in look.module.nodes_of(ast.Call):
        given = call.args[:1] if called_function(call) in {"Depends", "Security"} else guards_of(call)
        for each in given:
            if not isinstance(each, ast.Name | ast.Attribute):
                continue
            made = [one.definition for one in look.named(each)]
            if made and all(isinstance(one, Function) and makes_guard(one) for one in made):
                yield (
                    each,
                    f"`{unparsed(each)}` makes a guard, and nobody asks it: everybody goes on",
                    "call it",
                )


def guards_of(call: ast.Call) -> list[ast.expr]:
    """``guards=[...]`` of Litestar."""
    lists = [each.value for each in call.keywords if each.arg == "guards"]
    return [one for each in lists if isinstance(each, ast.List | ast.Tuple) for one in each.elts]


def makes_guard(function: Function) -> bool:
    """Whether a function gives back one that it has made, and that refuses; it refuses nobody by itself."""
    inner = {each.name: each for each in function.inner}
    answers = function.returns
    if not answers or any(refuses(each) for each in function.walk()):
        return False
    return all(
        isinstance(each, ast.Name) and each.id in inner and any(refuses(one) for one in inner[each.id].walk())
        for each in answers
    )


def one_of_two(look: Look) -> Iterator[Wrong]:
    """``permission_classes = [IsAdminUser and IsAuthenticated]``: of two classes ``and`` is the last."""
    if "permission_classes" not in look.module.text:
        return
    for node in look.module.nodes_of(ast.Assign, ast.Call):
        if isinstance(node, ast.Assign):
            value = node.value if called(node.targets[0]) == "permission_classes" else None
        else:
            asks = called_function(node) == "permission_classes" and node.args
            value = node.args[0] if asks else None
        for each in value.elts if isinstance(value, ast.List | ast.Tuple) else ():
            if isinstance(each, ast.BoolOp) and isinstance(each.op, ast.And):
                last = unparsed(each.values[-1])
                yield each, f"`and` of classes is the last of them: only `{last}` is asked", "write `&`"


def put_aside(function: Function) -> Iterator[Wrong]:
    """``except PermissionError: log.warning(...)`` around a check, and the code goes on."""
    for node in function.nodes_of(ast.Try):
        if not any(is_check(each) or is_refusal(each) for each in node.body):
            continue
        for handler in node.handlers:
            kind = unparsed(handler.type).rpartition(".")[2] if handler.type is not None else ""
            if kind not in {"", "Exception", "BaseException"} and not TURNED_AWAY.search(kind):
                continue
            if all(goes_by(each) for each in handler.body) and node is not function.node.body[-1]:
                yield handler, "the refusal is caught, and the code goes on", "let it go, or refuse here"


def is_check(node: ast.stmt) -> bool:
    """``check_access(user, plot)``, as a statement of its own"""
    value = node.value if isinstance(node, ast.Expr) else None
    value = value.value if isinstance(value, ast.Await) else value
    words = set(words_of(called_function(value))) if isinstance(value, ast.Call) else set()
    return bool(words & CHECKS) and bool(words & ABOUT)


CHECKS = frozenset(["check", "ensure", "require", "assert", "authorize", "authorise", "verify", "enforce"])
ABOUT = frozenset(
    ["access", "permission", "permissions", "perm", "perms", "owner", "ownership", "admin", "role", "roles",
     "authorize", "authorise", "right", "rights", "member", "membership", "allowed", "staff", "scope"]
)  # fmt: skip


def is_refusal(node: ast.stmt) -> bool:
    """``if not user.is_planner: raise PermissionError``"""
    return isinstance(node, ast.If) and any(
        isinstance(each, ast.Raise) and each.exc is not None and TURNED_AWAY.search(unparsed(each.exc))
        for each in node.body
    )


def goes_by(node: ast.stmt) -> bool:
    """Whether a statement only tells of it."""
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and not refuses(node))


def misspelt(look: Look) -> Iterator[Wrong]:
    """``permission_class = [IsAdminUser]`` of a view, which nobody reads."""
    if "rest_framework" not in look.module.text:
        return
    for cls in look.module.classes:
        if not any(each.name.endswith(("APIView", "ViewSet")) for each in cls.mro):
            continue
        for node in cls.node.body:
            if isinstance(node, ast.Assign) and called(node.targets[0]) in MISSPELT:
                name = called(node.targets[0])
                yield (
                    node,
                    f"`{name}` is read by nobody: the view has no guard of its own",
                    "call it permission_classes",
                )


MISSPELT = frozenset(["permission_class", "permissions_classes", "permissions_class", "permission_clases"])


def left_open(look: Look) -> Iterator[Wrong]:
    """``get_permissions`` that asks those who read, and nobody who changes."""
    if "get_permissions" not in look.module.text:
        return
    for cls in look.module.classes:
        if (
            not any(each.name.endswith("ModelViewSet") for each in cls.mro)
            or "http_method_names" in look.module.text
        ):
            continue
        for each in cls.methods:
            if each.name == "get_permissions":
                yield from open_end(each)


def open_end(function: Function) -> Iterator[Wrong]:
    last = function.node.body[-1]
    if not isinstance(last, ast.Return) or last.value is None or "AllowAny" not in unparsed(last.value):
        return
    tests = [each for each in function.nodes_of(ast.If) if "self.action" in unparsed(each.test)]
    named = {
        str(each.value)
        for node in tests
        for each in walk(node.test)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }
    if tests and named and named <= {"list", "retrieve", "create"}:
        yield last, "who reads is asked, and who changes or deletes is not", "refuse unless it is listed"


def asserted(look: Look, function: Function) -> Iterator[Wrong]:
    """``assert user.is_cashier``: with ``-O`` nobody asks, and else it is an error of the server."""
    for node in function.nodes_of(ast.Assert):
        right = next((each for each in parts(node.test) if asks_person(look, function, each)), None)
        if right is None:
            continue
        text = unparsed(right)
        if not any(text in unparsed(each.test) for each in function.nodes_of(ast.If)):
            yield (
                node,
                "a right is asked by `assert`, which `python -O` leaves out",
                "raise an error that refuses",
            )


def asks_person(look: Look, function: Function, node: ast.expr) -> bool:
    """Whether a question is about what somebody may, or whose something is."""
    if isinstance(node, ast.Attribute):
        words = words_of(node.attr)
        return (
            words[:1] in {(each,) for each in QUESTIONS}
            and not STANDING & set(words)
            and is_person(node.value)
        )
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.In):
        sides = (node.left, node.comparators[0])
        persons = persons_of(look, function)
        for one, two in (sides, sides[::-1]):
            if isinstance(one, ast.Attribute) and is_owner(one.attr) and persons.has(two):
                return not persons.has(one)
        return isinstance(node.left, ast.Attribute) and is_person(node.left.value) and is_right(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return is_person(node.func.value) and is_right(node)
    return False


def is_person(node: ast.expr) -> bool:
    return bool(PEOPLE & set(words_of(called(node))[-1:]))


def goes_on(look: Look, function: Function) -> Iterator[Wrong]:
    """``self.set_status(403)`` in ``prepare`` of Tornado, ``resp.status = HTTP_403`` in a middleware of
    Falcon: the handler is called all the same."""
    if function.cls is None or function.name not in FIRST:
        return
    if not look.shared.imports(FIRST[function.name]):
        return
    for node in function.nodes_of(ast.If):
        text = "\n".join(unparsed(each) for each in node.body)
        if SAYS_NO.search(text) and not ENDS.search(text):
            yield node, "it says no, and the handler is called all the same", "raise, or finish the answer"


FIRST = {"prepare": "tornado", "process_request": "falcon", "process_resource": "falcon"}
SAYS_NO = re.compile(r"set_status\(\D*40[13]|\.status = \D*40[13]|status_code = 40[13]")
ENDS = re.compile(r"\braise\b|\.finish\(|send_error\(|redirect\(|\.complete = True|render\(")


def allowed_by_error(function: Function) -> Iterator[Wrong]:
    """``except Exception: return policy("Allow")`` of an authorizer that can say ``Deny``."""
    if '"Deny"' not in function.module.text and "'Deny'" not in function.module.text:
        return
    for node in function.nodes_of(ast.ExceptHandler):
        for each in walk(node):
            if (
                isinstance(each, ast.Return | ast.Assign)
                and each.value is not None
                and says(each.value, "Allow")
            ):
                yield each, "an error while it is asked becomes a yes", "refuse when it cannot be told"


def says(node: ast.AST, text: str) -> bool:
    return any(isinstance(each, ast.Constant) and each.value == text for each in walk(node))
