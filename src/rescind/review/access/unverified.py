"""Where an identity comes from that nobody has verified."""

from __future__ import annotations

import ast

from rescind.reading import unparsed
from rescind.review.access.who import of_authorizer
from rescind.review.flow import Policy
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of

VERIFIES = frozenset(["loads", "decode", "verify", "verified", "unsign", "validate", "authenticate"])


def verified(node: ast.Call, _names: list[str]) -> bool:
    """``serializer.loads(token)``, ``verify(token)``: what comes out was signed."""
    name, text = called_function(node), unparsed(node.func)
    if name == "decode" and len(node.args) < 2 and isinstance(node.func, ast.Attribute) and not node.keywords:
        return not (node.args == [] or isinstance(node.args[0], ast.Constant))  # ``raw.decode("utf-8")``
    return (
        name != "validate"
        and bool(VERIFIES & set(words_of(name)))
        and not (text.startswith(("json.", "orjson.", "ujson.", "base64.", "binascii.")) or "b64" in name)
    )


IDENTITY = Policy(
    "identity", frozenset(), (), frozenset(), special=verified, source=of_authorizer, numbers=False
)
