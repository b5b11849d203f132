"""Messages of sockets that say whom they are from, where the socket knows it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, unparsed, walk
from rescind.review.access.columns import columns_of
from rescind.review.access.persons import is_owner
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of

SPEAKS = ("websocket", "wsmsgtype", "socketio", "consumer", "socket.io")
MESSAGES = frozenset(
    [
        "message",
        "msg",
        "data",
        "content",
        "payload",
        "frame",
        "packet",
        "command",
        "json",
        "incoming",
        "body",
        "event",
    ]
)
READS = frozenset(["receive_json", "loads", "receive", "recv", "receive_text", "json"])
FROM = frozenset(["sender", "from", "author", "by", "writer", "poster", "speaker"])
KNOWN = re.compile(
    r"scope\[.user.\]|current_user|\.user\b|session|_user\b|user=|Depends\(|\.(?:member|player|operator|"
    r"account|"
    r"customer|guest|pilot|driver|rider|staff|identity|username|user_id)\b"
)
TO = frozenset(["to", "target", "other", "reader", "receiver", "recipient"])
TEXTS = frozenset(["int", "str", "UUID", "strip", "ObjectId"])


def named_in_messages(look: Look, function: Function) -> Iterator[ast.AST]:
    """``execute("UPDATE ... SET done_by = $1", message["operator"])``, ``{"from": content["sender"]}``"""
    if not look.speaks_of(SPEAKS) or KNOWN.search(look.module.text) is None:
        return
    messages = set(held(function))
    for node in function.walk() if messages else ():
        if isinstance(node, ast.Call):
            pairs = [*columns_of(look, node), *((each.arg or "", each.value) for each in node.keywords)]
        elif isinstance(node, ast.Dict):
            pairs = [
                (str(key.value), value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            ]
        else:
            continue
        for column, value in pairs:
            name = field_of(value, messages)
            if name and says_whom(column, name) and not compared(function, value):
                yield node
                break


def held(function: Function) -> Iterator[str]:
    """The variables that hold a message: parameters by their name, and what was read from the socket."""
    of_group = function.cls is not None and any(each.name.endswith("Consumer") for each in function.cls.mro)
    for each in function.parameters:
        if each.name in MESSAGES - ({"event"} if of_group else set()):
            yield each.name
    for node in function.walk():
        value = node.value if isinstance(node, ast.Assign) else None
        value = value.value if isinstance(value, ast.Await) else value
        if not isinstance(value, ast.Call) or called_function(value) not in READS:
            continue
        if isinstance(node, ast.Assign) and not of_answer(function, value):
            yield from (each.id for each in node.targets if isinstance(each, ast.Name))


def of_answer(function: Function, node: ast.Call) -> bool:
    """``answer.json()`` of ``answer = session.post(url)``: what another server says."""
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    made = [
        each.value
        for each in function.nodes_of(ast.Assign)
        if isinstance(base, ast.Name) and base.id in {getattr(one, "id", "") for one in each.targets}
    ]
    made = [each.value if isinstance(each, ast.Await) else each for each in made]
    return any(isinstance(each, ast.Call) and called_function(each) in ASKS for each in made)


ASKS = frozenset(["get", "post", "put", "patch", "request", "fetch", "send"])


def field_of(node: ast.expr, messages: set[str]) -> str:
    """The name of a field of a message; empty: it is none."""
    while isinstance(node, ast.Call) and called_function(node) in TEXTS and node.args:
        node = node.args[0]
    base = node.value if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call) and called_function(node) == "get" and isinstance(node.func, ast.Attribute):
        base = node.func.value
    return called(node) if isinstance(base, ast.Name) and base.id in messages else ""


def says_whom(column: str, name: str) -> bool:
    """Whether it says from whom something is: it is kept or sent on as its author."""
    words, of_field = words_of(column), set(words_of(name))
    if FROM & set(words):
        return bool(of_field - {"id", "pk"})
    if words[-1:] in {("who",), ("as",)} and (FROM & of_field or is_owner(name)):
        return True
    if TO & (set(words) | of_field):
        return False
    return is_owner(column) and (bool(FROM & of_field) or is_owner(name))


def compared(function: Function, node: ast.expr) -> bool:
    text = unparsed(node)
    return any(
        isinstance(each, ast.Compare)
        and any(text in unparsed(side) for side in (each.left, *each.comparators))
        for each in walk(function.node)
    )
