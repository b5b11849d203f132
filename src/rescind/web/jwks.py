"""``GET /.well-known/jwks.json``: the public keys, for services that verify access tokens by themselves."""

from __future__ import annotations

from typing import Protocol

import msgspec

from rescind.transport.message import Response

PATH = "/.well-known/jwks.json"

MAX_AGE = 300
"""Seconds that a verifier may keep the keys: a new one is published at least so long before it signs."""


class Publishes(Protocol):
    """The part of an engine that this needs."""

    def jwks(self) -> dict[str, list[dict[str, str]]]: ...


def show_jwks(engine: Publishes) -> Response:
    """Public, so it is the one answer of ours that may be kept."""
    headers = (
        ("cache-control", f"public, max-age={MAX_AGE}"),
        ("x-content-type-options", "nosniff"),
        ("content-type", "application/json"),
    )
    return Response(200, headers, msgspec.json.encode(engine.jwks()))
