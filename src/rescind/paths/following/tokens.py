"""Signed tokens: where they are verified, and whether their end is looked at."""

from __future__ import annotations

import ast
from dataclasses import replace

from rescind.paths.following import datastores, known
from rescind.paths.following.facts import NOTHING, At, Decode, Origin, Origins
from rescind.paths.following.stores import Stores
from rescind.reading import Function


class Tokens(Stores):
    """Notes what is decoded; `Values` evaluates the expressions around it."""

    stack: list[Function]
    doubts: int

    def of(self, node: ast.expr) -> Origins:
        raise NotImplementedError  # Values

    def of_library(self, node: ast.Call, name: str) -> Origins | None:
        """What libraries do with a credential; None: it is something else."""
        if name in known.NOW:
            return frozenset({Origin("now")})
        if name in known.REQUESTS:  # Request(scope)
            return frozenset({Origin("request")})
        if name == known.JWT_VERIFIED:
            return self.token_verified(node)
        if name in known.CLAIMS:
            return self.of_token(known.CLAIMS[name])
        if name in known.DECODERS or self.is_signer(node):
            return self.decoded(node, name)
        if name in known.ACQUIRING:
            return self.acquired(node)
        return self.of_accounts(node, name) if name.startswith(datastores.NAME) else None

    def acquired(self, node: ast.Call) -> Origins:
        """``with require_oauth.acquire("profile") as token``: who validates is not gone through."""
        given = frozenset({Origin("raw", "bearer")})
        self.facts.sources.setdefault("bearer", At(node, self.module))
        self.facts.opaque.append(("authlib", given, At(node, self.module)))
        return NOTHING

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
        lazy = name in known.LAZY or (name not in known.DECODERS and not self.timed(node))
        for source in sources:
            checks = not lazy and options.get("verify_exp") is not False and verified
            self.facts.decodes.append(Decode(source, name, checks, verified, keys, At(node, self.module)))
        return frozenset(Origin("claim", source) for source in sources)

    def of_token(self, claim: str) -> Origins:
        """What Flask-JWT-Extended has verified before the view: which kind of token, its decorator says."""
        kinds = {known.ACCESS}
        for function in self.stack[:1]:
            for each in function.decorators:
                if each.name == known.JWT_REQUIRED and each.call is not None:
                    given = {k.arg: getattr(k.value, "value", None) for k in each.call.keywords}
                    kinds = {known.REFRESH} if given.get("refresh") is True else kinds
                    kinds |= {known.ACCESS, known.REFRESH} if given.get("verify_type") is False else set()
        return frozenset(Origin("claim", each, claim) for each in kinds)

    def token_verified(self, node: ast.Call) -> Origins:
        """``verify_jwt_in_request()``: what the functions refuse that the application gave is not known of
        it."""
        at = At(node, self.module)
        given = {each.arg: getattr(each.value, "value", None) for each in node.keywords}
        kinds = [known.REFRESH if given.get("refresh") is True else known.ACCESS]
        kinds = [known.ACCESS, known.REFRESH] if given.get("verify_type") is False else kinds
        for each in kinds:
            self.facts.sources.setdefault(each, at)
            self.facts.decodes.append(Decode(each, "flask_jwt_extended", True, True, NOTHING, at))
        if node.args or given.get("optional") not in {None, False}:
            self.facts.left_out |= set(kinds)
        else:
            self.facts.refusals.append(at)
        return frozenset(Origin("claim", each) for each in kinds)

    def validated(self, claims: Origins) -> None:
        """``claims.validate()`` of Authlib, ``registry.validate(token.claims)`` of joserfc."""
        whole = {each.source for each in claims if each.kind == "claim" and each.name in {"", "claims"}}
        if not self.doubts:
            self.facts.decodes = [
                replace(each, checks_end=True) if each.source in whole and each.name in known.LAZY else each
                for each in self.facts.decodes
            ]

    def is_signer(self, node: ast.Call) -> bool:
        """``URLSafeTimedSerializer(...).loads(token, max_age=...)``"""
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in {"loads", "unsign"}:
            return False
        types = {each.name for each in self.project.types_of(node.func.value, self.scope)}
        return bool(types & (known.SIGNERS | known.TIMELESS))

    def timed(self, node: ast.Call) -> bool:
        return any(keyword.arg == "max_age" for keyword in node.keywords)
