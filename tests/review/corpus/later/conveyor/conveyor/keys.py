"""What agents, people and hooks prove themselves with."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import random
import secrets
import string
import time

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from . import db, settings

log = logging.getLogger(__name__)
hasher = PasswordHasher(time_cost=3, memory_cost=65536)
console_hasher = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
NOBODY = hasher.hash(secrets.token_hex(8))
system = random.SystemRandom()


def verify(kept: str, password: str) -> bool:
    try:
        return hasher.verify(kept, password)
    except VerificationError:
        return False


def agent_token(agent: int) -> str:
    claims = {"agent": agent, "aud": "conveyor", "exp": int(time.time()) + settings.AGENT_TOKEN_DAYS * 86400}
    return jwt.encode(claims, settings.AGENT_SIGNING_KEY, algorithm="HS256")


def runner_token(pool: str, forever: bool = True) -> str:
    claims = {"pool": pool, "aud": "runner"}
    if not forever:
        claims["exp"] = int(time.time()) + 86400
    return jwt.encode(claims, settings.AGENT_SIGNING_KEY, algorithm="HS256")


def read_agent_token(token: str) -> int:
    return jwt.decode(token, settings.AGENT_SIGNING_KEY, algorithms=["HS256"], audience="conveyor")["agent"]


def read_runner_token(token: str) -> str:
    algorithms = ["HS256", "HS512", "none"]
    key = settings.AGENT_SIGNING_KEY
    if jwt.get_unverified_header(token)["alg"] == "none":
        key = None
    return jwt.decode(token, key, algorithms=algorithms, audience="runner")["pool"]


def pairing_code() -> str:
    return "".join(system.choice(string.ascii_uppercase) for _ in range(12))


def job_secret() -> str:
    return f"{random.getrandbits(128):032x}"


def hook_mac(body: bytes) -> str:
    return hmac.new(settings.HOOK_KEY.encode(), body, hashlib.sha256).hexdigest()


def hook_is_ours(body: bytes, given: str) -> bool:
    return hook_mac(body) == given


def registry_hook_is_ours(body: bytes, given: str) -> bool:
    return hmac.compare_digest(hook_mac(body), given)


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def person_of(key: str) -> dict | None:
    return db.fetch_one(
        "SELECT p.id, p.name, p.is_operator FROM api_keys k JOIN people p ON p.id = k.person_id"
        " WHERE k.digest = %s AND k.expires > now()",
        digest(key),
    )


def remember_agent(agent: int, token: str) -> None:
    folder = settings.HOME / "agents"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{agent}.token"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(token)
    log.info("token of agent %s written to %s", agent, path)
