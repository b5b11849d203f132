"""Functions that answer requests of people, and what stands before all of them."""

from __future__ import annotations

import ast

from rescind.reading import Function, Module, unparsed
from rescind.review.access.who import finds_out, reads_who, refuses, takes_request
from rescind.review.flow.entries import is_view
from rescind.review.look import Look
from rescind.review.once import in_circles, once

# Of views that leave the rest to their framework.
PARTS = frozenset(
    ["get_object", "get_queryset", "form_valid", "get_context_data", "perform_create", "perform_update",
     "perform_destroy"]
)  # fmt: skip
# Of consumers of Channels.
RECEIVES = frozenset(["connect", "receive", "receive_json", "websocket_connect", "websocket_receive"])


def handles(look: Look, function: Function) -> bool:
    """Whether a function answers requests of people: by a route, as a view, or with Flask's request."""
    if any(each.name.rpartition(".")[2] == "receiver" for each in function.decorators):
        return False  # of a signal: whoever sends it has the rows
    names = {each.name for each in function.parameters}
    if "info" in names and function.cls is not None and look.shared.imports("graphene", "strawberry"):
        return True
    if "info" in names and function.decorators and look.shared.imports("ariadne"):
        return True
    if look.shared.flow.entries.is_handler(function):
        return True
    if names & {"request", "req"} and not helps(look, function):
        return True
    if {"event", "context"} <= names or {"environ", "start_response"} <= names:
        return True  # of a cloud; of WSGI by hand
    if any(each.name.endswith("view_config") for each in function.decorators):
        return True
    if function.cls is not None:
        if function.name in PARTS and is_view(function.cls):
            return True
        if function.name in RECEIVES and any(each.name.endswith("Consumer") for each in function.cls.mro):
            return True
    return "from flask" in look.module.text and asks_request(look, function)


def helps(look: Look, function: Function) -> bool:
    """Whether others call a function with their request, and nothing registers it."""
    return not function.decorators and function.cls is None and any(look.shared.flow.calls.callers(function))


def asks_request(look: Look, function: Function) -> bool:
    """``request.args``, and not a sentence that ends with the word."""
    return "request." in look.module.source_of(function.node) and any(
        isinstance(each, ast.Attribute) and getattr(each.value, "id", "") == "request"
        for each in function.walk()
    )


def stands_before(look: Look) -> bool:
    """Whether a middleware, or what runs before each request, refuses who is not signed in: one of the same
    module, or one that is put together with it."""
    name = look.module.name.rpartition(".")[2]
    return any(module is look.module or any(name in text for text in texts) for module, texts in gates(look))


@once
@in_circles(list)
def gates(look: Look) -> list[tuple[Module, list[str]]]:
    """Of the whole project: what stands before handlers, and the texts of the modules that name it."""
    known = []
    for inner in look.everywhere("middleware", "before_", "process_request"):
        module = inner.module
        for each in module.functions:
            if is_gate(inner, each):
                word = each.cls.name if each.cls is not None else each.name
                texts = [one.text for one in look.project.modules if word in one.text and one is not module]
                known.append((module, texts))
    return known


def is_gate(look: Look, function: Function) -> bool:
    decorated = any(
        word in unparsed(each.node)
        for each in function.decorators
        for word in ("middleware", "before_request", "before_app_request", "on_request")
    )
    by_class = (
        function.cls is not None
        and function.name in {"__call__", "dispatch", "process_request", "process_view"}
        and ("iddleware" in unparsed(function.cls.node) or function.name == "process_request")
    )
    if not (decorated or by_class):
        return False
    asks = any(
        reads_who(each) or (isinstance(each, ast.Call) and takes_request(each)) for each in function.walk()
    ) or bool(finds_out(look, function))
    return asks and any(refuses(each) for each in function.walk())
