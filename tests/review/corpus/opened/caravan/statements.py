"""Signed statements: what an owner's own system says, and what the tourist office says."""

from __future__ import annotations

from typing import Any

from authlib.jose import JsonWebToken
from authlib.jose.errors import JoseError
from sanic.exceptions import Unauthorized

import config

signed = JsonWebToken(["HS256"])


class Statements:
    issuer = ""

    def __init__(self, key: str) -> None:
        self.key = key

    def claims(self, token: str):
        rules = {"iss": {"essential": True, "value": self.issuer}, "exp": {"essential": True}}
        return signed.decode(token, self.key, claims_options=rules)

    def read(self, token: str) -> dict[str, Any]:
        try:
            claims = self.claims(token)
            claims.validate(leeway=20)
        except JoseError as error:
            raise Unauthorized("not a statement") from error
        return dict(claims)


class OwnersStatements(Statements):
    issuer = "owners"

    def owner(self, token: str) -> int:
        return int(self.read(token)["sub"])


class OfficeStatements(Statements):
    issuer = "tourist-office"

    def occupancy_for(self, token: str) -> str:
        try:
            return str(self.claims(token)["region"])
        except (JoseError, KeyError) as error:
            raise Unauthorized("not a statement") from error


owners = OwnersStatements(config.OWNERS_KEY)
office = OfficeStatements(config.OFFICE_KEY)
