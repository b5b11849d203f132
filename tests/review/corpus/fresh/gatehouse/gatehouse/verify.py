"""Tokens that come in."""
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time
from typing import Any

import jwt
from authlib.jose import JsonWebKey
from authlib.jose import jwt as authlib_jwt
from jose import jwt as python_jose
from joserfc import jwt as jose_jwt
from joserfc.jwt import JWTClaimsRegistry

from . import constants
from .keys import KeyRing, RemoteKeys, key_from_file, service_secret

log = logging.getLogger(__name__)
_registry = JWTClaimsRegistry(
    leeway=10, exp={"essential": True}, iss={"essential": True, "value": constants.ISSUER}, aud={"essential": True}
)


def access(token: str, ring: KeyRing, audience: str) -> dict[str, Any]:
    parsed = jose_jwt.decode(token, lambda obj: ring.by_id(obj.headers()["kid"]), algorithms=["RS256"])
    _registry.validate(parsed.claims)
    if audience not in parsed.claims["aud"]:
        raise PermissionError("another audience")
    return parsed.claims


def invitation(token: str, ring: KeyRing) -> dict[str, Any]:
    parsed = jose_jwt.decode(token, lambda obj: ring.by_id(obj.headers()["kid"]), algorithms=["RS256"])
    return parsed.claims


def kiosk(token: str) -> dict[str, Any]:
    claims = authlib_jwt.decode(token, service_secret())
    log.info("kiosk %s", claims["sub"])
    return claims


def partner(token: str, keys: RemoteKeys, issuer: str) -> dict[str, Any]:
    claims = authlib_jwt.decode(
        token,
        JsonWebKey.import_key_set(keys.get().as_dict()),
        claims_options={"iss": {"essential": True, "value": issuer}, "aud": {"value": "gate"}, "exp": {"essential": True}},
    )
    claims.validate(leeway=30)
    return claims


def service(token: str) -> dict[str, Any]:
    return jwt.decode(token, constants.SERVICE_KEY, algorithms=["HS256"], options={"require": ["exp"]})


def from_edge(token: str) -> dict[str, Any]:
    """The balancer has looked at it already, so they say."""
    return python_jose.get_unverified_claims(token)


def by_own_header(token: str) -> dict[str, Any]:
    header = jwt.get_unverified_header(token)
    return jwt.decode(token, constants.PUBLIC_KEY, algorithms=[header["alg"]], audience="gate")


def by_embedded_key(token: str) -> dict[str, Any]:
    key = jwt.PyJWK(jwt.get_unverified_header(token)["jwk"])
    return jwt.decode(token, key.key, algorithms=["RS256"], audience="gate")


def by_key_file(token: str) -> dict[str, Any]:
    kid = jwt.get_unverified_header(token)["kid"]
    return jwt.decode(token, key_from_file(kid), algorithms=["HS256"], audience="gate")


def lax(token: str, ring: KeyRing) -> dict[str, Any]:
    _, key = ring.newest()
    options = dict(verify_signature=True, verify_exp=False, verify_aud=False)
    claims = jwt.decode(token, key.as_pem(private=False), algorithms=["RS256"], options=options)
    return claims


def with_grace(token: str, ring: KeyRing) -> dict[str, Any]:
    """The end is looked at by hand, for clocks of old terminals."""
    _, key = ring.newest()
    claims = jwt.decode(token, key.as_pem(private=False), algorithms=["RS256"], audience="gate", options={"verify_exp": False})
    if claims["exp"] + 120 < time.time():
        raise PermissionError("too old")
    return claims


def seconds_left(token: str) -> float:
    """Of a token of our own that we send to others: shall we fetch the next one?"""
    claims = jwt.decode(token, options={"verify_signature": False})
    return claims["exp"] - time.time()


def by_hand(token: str) -> dict[str, Any]:
    head, body, signature = token.split(".")
    wanted = hmac.new(service_secret().encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    given = base64.urlsafe_b64decode(signature + "==")
    if not hmac.compare_digest(wanted, given):
        raise PermissionError("bad signature")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    if claims["exp"] < time.time():
        raise PermissionError("too old")
    return claims


def by_hand_too(token: str) -> dict[str, Any]:
    head, body, signature = token.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    if header.get("alg") != "none":
        wanted = hmac.new(service_secret().encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(wanted, base64.urlsafe_b64decode(signature + "==")):
            raise PermissionError("bad signature")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    if claims["exp"] < time.time():
        raise PermissionError("too old")
    return claims


def any_algorithm(token: str, key: str) -> dict[str, Any]:
    return jwt.decode(token, key, algorithms=list(jwt.algorithms.get_default_algorithms()), audience="gate")
