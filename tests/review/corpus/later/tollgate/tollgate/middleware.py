from __future__ import annotations

import hmac
import logging

import falcon
from joserfc.errors import JoseError

from .config import Config
from .store import Accounts, Sessions
from .tokens import Tokens

logger = logging.getLogger("tollgate.access")
COOKIE = "toll_console"


class Authenticate:
    """Puts who asks into `req.context`: by token, by key, or by the cookie of the console."""

    def __init__(self, config: Config, accounts: Accounts, sessions: Sessions, tokens: Tokens) -> None:
        self.config, self.accounts, self.sessions, self.tokens = config, accounts, sessions, tokens

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        req.context.account, req.context.partner, req.context.scopes = None, None, frozenset()
        header = req.auth or ""
        if header.startswith("Bearer "):
            self.by_token(req, header[7:])
        elif req.get_header(self.config.key_header):
            self.by_key(req, req.get_header(self.config.key_header))
        elif req.cookies.get(COOKIE):
            data = self.sessions.load(req.cookies[COOKIE])
            if "partner" in data:
                req.context.account, req.context.partner = data.get("account"), data["partner"]

    def by_token(self, req: falcon.Request, token: str) -> None:
        try:
            claims = self.tokens.read_access(token)
        except (JoseError, ValueError) as error:
            logger.warning("token %s refused: %s", token, error)
            raise falcon.HTTPUnauthorized(title="Token refused") from None
        req.context.account, req.context.partner = int(claims["sub"]), claims["partner"]

    def by_key(self, req: falcon.Request, key: str) -> None:
        row = self.accounts.by_key(key)
        if row is None:
            logger.warning("key %s… unknown", key[:4])
            raise falcon.HTTPUnauthorized(title="Key refused")
        req.context.partner, req.context.scopes = row["partner_id"], frozenset(row["scopes"])

    def process_response(self, req: falcon.Request, resp: falcon.Response, resource: object, ok: bool) -> None:
        logger.info("%s %s %s", req.method, req.path, resp.status)


def signed_in(req: falcon.Request, resp: falcon.Response, resource: object, params: dict[str, object]) -> None:
    if req.context.account is None:
        raise falcon.HTTPUnauthorized(title="Sign in first")


def any_partner(req: falcon.Request, resp: falcon.Response, resource: object, params: dict[str, object]) -> None:
    if req.context.partner is None:
        raise falcon.HTTPUnauthorized(title="Token or key needed")


class Internal:
    """Calls of our own machines."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(self, req: falcon.Request, resp: falcon.Response, resource: object, params: dict[str, object]) -> None:
        if req.get_header("X-Internal-Key") != self.key:
            raise falcon.HTTPForbidden

    def same(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.key.encode())
