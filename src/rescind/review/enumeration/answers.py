"""What a function answers, and in which case: where there is an account, where there is none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Class, Function, unparsed, walk
from rescind.review.enumeration.presence import Presence
from rescind.review.flow.conditions import conditions
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of

ANSWERS = frozenset(
    ["flash", "abort", "add_error", "add_message", "set_status", "send_error", "write_error", "http_error",
     "error_response"]
)  # fmt: skip
MESSAGES = frozenset(
    ["error", "errors", "err", "message", "messages", "msg", "detail", "reason", "notice", "warning",
     "fehler", "mensaje", "erreur", "mensagem", "meldung", "erro", "aviso", "hinweis", "motivo", "grund"]
)  # fmt: skip
# Exceptions that frameworks make an answer of, with what they were given.
WEB = (
    "HTTPException", "HTTPError", "Http404", "NotFound", "Unauthorized", "Forbidden", "BadRequest",
    "ValidationError", "APIException", "AuthenticationFailed", "PermissionDenied", "HTTPNotFound",
    "HTTPUnauthorized", "HTTPForbidden", "HTTPBadRequest", "StopValidation", "RequestValidationError",
    "GraphQLError", "HTTPFound", "HTTPSeeOther", "HTTPStatusException",
    "NotFoundException", "NotAuthorizedException", "PermissionDeniedException", "ClientException",
    "ValidationException", "ProblemException", "BadRequestException", "UnauthorizedException",
)  # fmt: skip


class Answer(NamedTuple):
    """One thing that is told. ``kind``: returned, raised, shown beside what is returned, or kept in that."""

    node: ast.AST
    text: str
    kind: str


class Told(NamedTuple):
    """The answers of a function after it asked: where there is no account, where there is one but nothing
    was proved, and in both cases."""

    missing: list[Answer]
    there: list[Answer]
    both: list[Answer]

    def differ(self) -> Answer | None:
        """What is only answered where there is no account; None: there is nothing."""
        others = {each.text for each in (*self.there, *self.both)}
        for each in self.missing:
            if each.text not in others and (others or each.kind != "returned"):
                return each
        return None

    def gives_away(self) -> Answer | None:
        """What is only answered where there is an account; None: there is nothing."""
        others = {each.text for each in (*self.missing, *self.both)}
        return next((each for each in self.there if each.text not in others), None) if others else None


def told(look: Look, function: Function, presence: Presence) -> Told:
    found = Told([], [], [])
    for answer in answers(look, function):
        case = presence.of(answer.node)
        if (
            case.checked
            or wanted(look, answer.node)
            or (not presence.is_after(answer.node) and case.there is not False)
        ):
            continue
        part = {True: found.there, False: found.missing, None: found.both}[case.there]
        part.append(answer)
    return found


def wanted(look: Look, node: ast.AST) -> bool:
    """``if not settings.PREVENT_ENUMERATION:``: somebody has decided that it may be told."""
    return any(
        "enumeration" in words_of(called(part))
        for each in conditions(look.module, node)
        for part in walk(each.test)
    )


def answers(look: Look, function: Function) -> Iterator[Answer]:
    """What a function tells: returned, raised, shown, kept as an error, put into what it gives."""
    given = {
        each.id
        for value in function.returns
        for each in walk(value)
        if isinstance(each, ast.Name) and each.id not in {"request", "self"}
    }
    for node in function.walk():
        if isinstance(node, ast.Return) and node.value is not None:
            yield Answer(node, said(look, node.value), "returned")
        elif isinstance(node, ast.Raise) and node.exc is not None:
            yield Answer(node, said(look, node.exc), "shown" if becomes_answer(look, node.exc) else "raised")
        elif isinstance(node, ast.Call) and shows(node):
            yield Answer(node, said(look, node), "shown")
        elif isinstance(node, ast.Assign) and keeps_error(node):
            yield Answer(node, said(look, node.value), "shown")
        elif isinstance(node, ast.Assign) and put_into(node, given):
            yield Answer(node, f"{called(node.targets[0])}: {said(look, node.value)}", "kept")


def put_into(node: ast.Assign, given: set[str]) -> bool:
    """``status = 404``, ``body["attempts_left"] = 3``, of what a function gives in the end."""
    target = node.targets[0]
    if isinstance(target, ast.Subscript):
        return isinstance(target.value, ast.Name) and target.value.id in given
    known = node.value.value if isinstance(node.value, ast.Constant) else None
    return isinstance(target, ast.Name) and target.id in given and bool(known) and known is not True


def becomes_answer(look: Look, node: ast.expr) -> bool:
    """Whether an exception of the project is one that the framework makes an answer of."""
    made = node.func if isinstance(node, ast.Call) else node
    classes = (
        [each.definition for each in look.named(made)] if isinstance(made, ast.Name | ast.Attribute) else []
    )
    return any(
        base.name.endswith(WEB) or base.name.rpartition(".")[2].startswith("HTTP")
        for each in classes
        if isinstance(each, Class)
        for base in each.mro
        if base.definition is None
    )


def shows(node: ast.Call) -> bool:
    func = node.func
    if called_function(node) in ANSWERS:
        return True
    if not isinstance(func, ast.Attribute):
        return False
    if func.attr == "append":
        return not MESSAGES.isdisjoint(words_of(called(func.value)))
    return unparsed(func.value).rpartition(".")[2] == "messages" and func.attr != "get"


def keeps_error(node: ast.Assign) -> bool:
    """``error = "No such user"``, ``errors["email"] = ...``, ``response.status_code = 404``"""
    if isinstance(node.value, ast.Constant) and node.value.value in (None, False, True, ""):
        return False
    for target in node.targets:
        words = words_of(called(target))
        if isinstance(target, ast.Attribute) and target.attr in {"status", "status_code", "media"}:
            return True
        base = words_of(called(target.value)) if isinstance(target, ast.Subscript) else ()
        if not MESSAGES.isdisjoint((*words, *base)):
            return not isinstance(node.value, ast.List | ast.Dict | ast.Call) or is_text(node.value)
    return False


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and called_function(node) in {"_", "gettext", "format", "lazy_gettext"}


def said(look: Look, node: ast.expr) -> str:
    """An answer as text, so that two that are the same are found to be."""
    for _ in range(3):
        if not isinstance(node, ast.Name):
            break
        bound = [one for one in bindings_at(node, look.scope(node)) if one.kind == "assign"]
        if len(bound) != 1 or bound[0].value is None or isinstance(bound[0].value, ast.Await):
            break
        node = bound[0].value
    return unparsed(node)


def of_web(answer: Answer) -> bool:
    """Whether an answer reaches the one who asked by itself: no exception of the project's own."""
    if answer.kind == "raised":
        name = answer.text.partition("(")[0].rpartition(".")[2]
        return name.endswith(WEB) or name.startswith("HTTP")
    return answer.kind in {"shown", "kept"}
