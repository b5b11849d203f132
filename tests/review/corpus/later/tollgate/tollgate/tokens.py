from __future__ import annotations

import base64
import json
import time
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey, RSAKey

from .config import Config

ISSUER = "https://api.tollgate.example"


class Tokens:
    def __init__(self, config: Config) -> None:
        self.own = RSAKey.import_key(config.private_key)
        self.public = RSAKey.import_key(config.public_key)
        self.shared = OctKey.import_key(config.token_key)
        self.partners: dict[str, KeySet] = {}

    def access(self, account: int, partner: int) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "sub": str(account), "partner": partner, "aud": "api", "iat": now, "exp": now + 600}
        return jwt.encode({"alg": "RS256"}, claims, self.own)

    def report(self, partner: int, name: str) -> str:
        """For links to reports in mails to bookkeepers."""
        return jwt.encode({"alg": "HS256"}, {"partner": partner, "report": name}, self.shared)

    def read_access(self, token: str) -> dict[str, Any]:
        decoded = jwt.decode(token, self.public, algorithms=["RS256"])
        rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": ISSUER}, aud={"essential": True, "value": "api"}, exp={"essential": True}
        )
        rules.validate(decoded.claims)
        return decoded.claims

    def read_callback(self, token: str) -> dict[str, Any]:
        decoded = jwt.decode(token, self.public, algorithms=["RS256"])
        return decoded.claims

    def read_partner(self, token: str) -> dict[str, Any]:
        """Partners sign with keys that they have registered; `kid` finds theirs."""
        head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
        keys = self.partners.get(head.get("iss", ""))
        if keys is None:
            raise JoseError("unknown partner")
        decoded = jwt.decode(token, keys, algorithms=["ES256"])
        jwt.JWTClaimsRegistry(aud={"essential": True, "value": ISSUER}, exp={"essential": True}).validate(decoded.claims)
        return decoded.claims

    def peek(self, token: str) -> dict[str, Any]:
        body = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))

    def partner_of(self, token: str) -> int:
        return int(self.peek(token)["partner"])

    def webhook(self, body: str) -> dict[str, Any]:
        signed = jws.deserialize_compact(body, self.shared, algorithms=["HS256"])
        return json.loads(signed.payload)
