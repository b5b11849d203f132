from __future__ import annotations

import ssl
import urllib.request

import falcon
import redis
import sqlalchemy as sa

from .config import Config
from .middleware import Authenticate, Internal
from .resources import console, partners
from .store import Accounts, Devices, Sessions
from .tokens import Tokens


class Upstream:
    def __init__(self, base: str) -> None:
        self.base = base
        self.context = ssl._create_unverified_context()

    def push_key(self, partner: int, key: str) -> int:
        request = urllib.request.Request(f"{self.base}/keys/{partner}", data=key.encode(), method="PUT")
        with urllib.request.urlopen(request, context=self.context, timeout=10) as answer:
            return answer.status


class Echo:
    def __init__(self, internal: Internal) -> None:
        self.internal = internal

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        self.internal(req, resp, self, {})
        resp.media = {"ok": True}


def create(config: Config | None = None) -> falcon.App:
    config = config or Config()
    accounts = Accounts(sa.create_engine(config.dsn))
    client = redis.Redis.from_url(config.redis)
    sessions, devices, tokens = Sessions(client, config.session_hours), Devices(client), Tokens(config)
    cors = falcon.CORSMiddleware(allow_origins="https://console.tollgate.example", allow_credentials="https://console.tollgate.example")
    app = falcon.App(middleware=[cors, Authenticate(config, accounts, sessions, tokens)])
    cursor = partners.Cursor(config)
    app.add_route("/sign-in", console.SignIn(accounts, sessions))
    app.add_route("/sign-in/sub", console.SubSignIn(accounts, sessions))
    app.add_route("/sign-out", console.SignOut(sessions))
    app.add_route("/invitations", console.Invitations(accounts))
    app.add_route("/redirect", console.Redirect())
    app.add_route("/docs", console.Docs())
    app.add_route("/usage", partners.Usage(accounts, cursor))
    app.add_route("/calls", partners.Calls(accounts))
    app.add_route("/keys", partners.Keys(accounts))
    app.add_route("/contracts/{contract_id:int}", partners.Contract(accounts))
    app.add_route("/profile", partners.Profile(accounts))
    app.add_route("/statement", partners.Statement(accounts, tokens))
    app.add_route("/terminals", partners.Terminals(accounts, devices))
    app.add_route("/callbacks", partners.Callback(accounts, config))
    app.add_route("/internal/echo", Echo(Internal(config.token_key)))
    return app
