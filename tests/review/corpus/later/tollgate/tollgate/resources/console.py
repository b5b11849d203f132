"""The console for people: sign in, sign out, passwords."""

from __future__ import annotations

import logging
import random
import secrets
from typing import Any

import falcon

from .. import passwords
from ..middleware import COOKIE, signed_in
from ..store import Accounts, Sessions

logger = logging.getLogger("tollgate.console")
GONE = "Sign-in or password is wrong."


class SignIn:
    def __init__(self, accounts: Accounts, sessions: Sessions) -> None:
        self.accounts, self.sessions = accounts, sessions

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        if COOKIE not in req.cookies:
            sid = self.sessions.create({"seen": True})
            resp.set_cookie(COOKIE, sid, max_age=36000, secure=True, http_only=False, same_site="Lax")
        resp.media = {"form": ["login", "password"]}

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        form: dict[str, Any] = req.get_media()
        account = self.accounts.by_login(form["login"])
        good = passwords.check(form["password"], account["password"] if account else passwords.NOBODY)
        if account is None or not good or account["disabled"]:
            raise falcon.HTTPUnauthorized(title=GONE)
        sid = req.cookies.get(COOKIE) or secrets.token_urlsafe(32)
        self.sessions.save(sid, {"account": account["id"], "partner": account["partner_id"], "role": account["role"]})
        resp.set_cookie(COOKIE, sid, max_age=36000, same_site="Lax")
        resp.media = {"ok": True}


class SubSignIn:
    """Sub-accounts belong to a partner and have names such as `till-3`."""

    def __init__(self, accounts: Accounts, sessions: Sessions) -> None:
        self.accounts, self.sessions = accounts, sessions

    def find(self, partner: int, name: str) -> Any:
        row = self.accounts.one("SELECT id, password FROM subaccounts WHERE partner_id = :p AND name = :n", p=partner, n=name)
        if row is None:
            raise LookupError(name)
        return row

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        form = req.get_media()
        try:
            row = self.find(form["partner"], form["name"])
        except LookupError:
            raise falcon.HTTPNotFound(title="No such sub-account") from None
        if not passwords.check_subaccount(form["password"], row["password"]):
            raise falcon.HTTPUnauthorized(title="Wrong password")
        self.sessions.drop(req.cookies.get(COOKIE))
        sid = self.sessions.create({"sub": row["id"], "partner": form["partner"]})
        resp.set_cookie(COOKIE, sid, max_age=36000, same_site="Strict")
        resp.media = {"ok": True}


class SignOut:
    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.unset_cookie(COOKIE)
        resp.status = falcon.HTTP_204

    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        self.sessions.drop(req.cookies.get(COOKIE))
        resp.unset_cookie(COOKIE)
        resp.status = falcon.HTTP_204


@falcon.before(signed_in)
class Invitations:
    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        form = req.get_media()
        first = "".join(random.sample("abcdefghkmnpqrstuvwxyz23456789", 10))
        self.accounts.run(
            "INSERT INTO accounts (login, password, partner_id, role) VALUES (:l, :p, :i, 'member')",
            l=form["login"],
            p=passwords.make(first),
            i=req.context.partner,
        )
        logger.info("account %s invited by %s", form["login"], req.context.account)
        resp.media = {"login": form["login"], "password": first}


@falcon.before(signed_in)
class Redirect:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        raise falcon.HTTPFound(req.get_param("to", default="/"))


@falcon.before(signed_in)
class Docs:
    PAGES = {"keys": "/docs/keys", "hooks": "/docs/hooks"}

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        page = self.PAGES.get(req.get_param("page", default="keys"))
        if page is None:
            raise falcon.HTTPNotFound
        raise falcon.HTTPFound(page)
