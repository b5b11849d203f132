"""What stands in comparisons beside secrets and is none: types, audiences, entries of one form."""

from __future__ import annotations

import ast

from rescind.review.called import called
from rescind.review.comparing import Side, unwrapped
from rescind.review.words import secret_kind, words_of

# What a name ends in that is looked up, and no secret itself.
LOOKED_UP = [("id",), ("name",), ("pk",), ("index",), ("user",), ("type",), ("field",), ("attr",)]
# Names that end in these say what something is, or for whom, and open nothing.
ABOUT = frozenset(
    ["type", "typ", "kind", "audience", "aud", "issuer", "iss", "scope", "purpose", "id", "name", "email",
     "algorithm", "alg", "version", "status", "state", "attribute", "field", "mode", "method", "role"]
)  # fmt: skip
# Claims that were verified together with the token that they stand in.
SIGNED = frozenset(["claims", "payload", "decoded", "idinfo", "idtoken"])


def tells(side: Side) -> bool:
    """``claims["aud"]``, ``token_type``, ``payload.get("nonce")``: not what somebody has to guess."""
    inner = unwrapped(side.node)
    words, whole = words_of(called(inner)), secret_kind(called(inner))
    if words[-1:] and words[-1] in ABOUT and not whole:
        return True
    owner = owner_of(inner)
    return (
        bool(words)
        and words[-1] == "nonce"
        and not SIGNED.isdisjoint(words_of(called(owner) if owner else ""))
    )


def owner_of(node: ast.expr) -> ast.expr | None:
    """Of ``x["name"]``, ``x.name`` and ``x.get("name")`` x."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value
    return node.value if isinstance(node, ast.Attribute | ast.Subscript) else None


def stored(left: Side, right: Side) -> bool:
    """Whether one of two entries is of a row: ``attrs.get("password")`` of what was sent is none."""
    return any(
        "store" in side.kinds and called(owner_of(unwrapped(side.node)) or side.node) not in SENT
        for side in (left, right)
    )


SENT = {"attrs", "data", "validated_data", "cleaned_data", "form", "payload", "body", "values", "self"}
