"""Signed tokens: where they are verified, and whether their end is looked at."""

from __future__ import annotations

import ast

from rescind.paths.following import known
from rescind.paths.following.facts import NOTHING, At, Decode, Origin, Origins
from rescind.paths.following.stores import Stores


class Tokens(Stores):
    """Notes what is decoded; `Values` evaluates the expressions around it."""

    def of(self, node: ast.expr) -> Origins:
        raise NotImplementedError  # Values

    def decoded(self, node: ast.Call, name: str) -> Origins:
        arguments = [self.of(each) for each in [*node.args, *(k.value for k in node.keywords)]]
        token = arguments[0] if arguments else NOTHING
        keys = frozenset(each for some in arguments[1:] for each in some)
        sources = {each.source for each in token if each.kind in {"raw", "claim"}} or {""}
        options = {
            str(key): o.value[key]
            for k in node.keywords if k.arg == "options"
            for o in self.project.values_of(k.value, self.scope).options if isinstance(o.value, dict)
            for key in o.value
        }  # fmt: skip
        verified = options.get("verify_signature") is not False
        lazy = name in known.LAZY or (not name and not self.timed(node))
        for source in sources:
            checks = not lazy and options.get("verify_exp") is not False and verified
            self.facts.decodes.append(Decode(source, name, checks, verified, keys, At(node, self.module)))
        return frozenset(Origin("claim", source) for source in sources)

    def is_signer(self, node: ast.Call) -> bool:
        """``URLSafeTimedSerializer(...).loads(token, max_age=...)``"""
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in {"loads", "unsign"}:
            return False
        types = {each.name for each in self.project.types_of(node.func.value, self.scope)}
        return bool(types & (known.SIGNERS | known.TIMELESS))

    def timed(self, node: ast.Call) -> bool:
        return any(keyword.arg == "max_age" for keyword in node.keywords)
