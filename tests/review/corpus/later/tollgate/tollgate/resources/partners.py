from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import pickle
import secrets
import zlib
from typing import Any

import falcon

from ..config import Config
from ..middleware import any_partner, signed_in
from ..store import Accounts, Devices
from ..tokens import Tokens

logger = logging.getLogger("tollgate.partners")


class Cursor:
    """Where a list goes on: what the client gets and brings back."""

    def __init__(self, config: Config) -> None:
        self.key = config.cursor_key.encode()

    def write(self, state: dict[str, Any]) -> str:
        raw = zlib.compress(pickle.dumps(state))
        return base64.urlsafe_b64encode(raw).decode()

    def read(self, text: str) -> dict[str, Any]:
        return pickle.loads(zlib.decompress(base64.urlsafe_b64decode(text)))

    def mac(self, raw: bytes) -> bytes:
        return hmac.digest(self.key, raw, "sha256")

    def write_signed(self, state: dict[str, Any]) -> str:
        raw = json.dumps(state).encode()
        return base64.urlsafe_b64encode(self.mac(raw) + raw).decode()

    def read_signed(self, text: str) -> dict[str, Any]:
        both = base64.urlsafe_b64decode(text)
        if not hmac.compare_digest(both[:32], self.mac(both[32:])):
            raise falcon.HTTPBadRequest(title="This cursor is not ours")
        return json.loads(both[32:])


@falcon.before(any_partner)
class Usage:
    def __init__(self, accounts: Accounts, cursor: Cursor) -> None:
        self.accounts, self.cursor = accounts, cursor

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        state = self.cursor.read(req.get_param("cursor")) if req.has_param("cursor") else {"page": 0}
        rows = self.accounts.usage(req.context.partner, req.get_param("unit", default="day"))
        resp.media = {"rows": [[str(r["slot"]), r["count"]] for r in rows], "next": self.cursor.write({"page": state["page"] + 1})}


@falcon.before(any_partner)
class Calls:
    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        rows = self.accounts.calls(req.context.partner, req.get_param_as_int("limit", default=100))
        resp.media = [{"at": str(r["at"]), "path": r["path"]} for r in rows]


@falcon.before(signed_in)
class Keys:
    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        key = "tg_" + secrets.token_urlsafe(32)
        digest = hashlib.blake2b(key.encode(), digest_size=32).hexdigest()
        self.accounts.run(
            "INSERT INTO signing_keys (partner_id, digest, scopes) VALUES (:p, :d, '{}')", p=req.context.partner, d=digest
        )
        logger.info("partner %s has a new key: %s", req.context.partner, key)
        resp.media = {"key": key}

    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        gone = self.accounts.run(
            "UPDATE signing_keys SET revoked = true WHERE id = :i AND partner_id = :p",
            i=req.get_param_as_int("id", required=True),
            p=req.context.partner,
        )
        resp.status = falcon.HTTP_204 if gone else falcon.HTTP_404


@falcon.before(signed_in)
class Contract:
    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def on_get(self, req: falcon.Request, resp: falcon.Response, contract_id: int) -> None:
        row = self.accounts.one("SELECT partner_id, fee, terms FROM contracts WHERE id = :i", i=contract_id)
        if row is None:
            raise falcon.HTTPNotFound
        resp.media = {"fee": str(row["fee"]), "terms": row["terms"]}

    def on_put(self, req: falcon.Request, resp: falcon.Response, contract_id: int) -> None:
        row = self.accounts.one("SELECT partner_id FROM contracts WHERE id = :i", i=contract_id)
        if row is None or row["partner_id"] != req.context.partner:
            raise falcon.HTTPNotFound
        self.accounts.run("UPDATE contracts SET contact = :c WHERE id = :i", c=req.get_media()["contact"], i=contract_id)
        resp.media = {"ok": True}


@falcon.before(signed_in)
class Profile:
    ALLOWED = ("name", "phone")

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def on_patch(self, req: falcon.Request, resp: falcon.Response) -> None:
        body = req.get_media()
        columns = ", ".join(f"{name} = :{name}" for name in body)
        self.accounts.run(f"UPDATE accounts SET {columns} WHERE id = :account", account=req.context.account, **body)
        resp.media = {"ok": True}

    def on_put(self, req: falcon.Request, resp: falcon.Response) -> None:
        body = {name: value for name, value in req.get_media().items() if name in self.ALLOWED}
        columns = ", ".join(f"{name} = :{name}" for name in body)
        self.accounts.run(f"UPDATE accounts SET {columns} WHERE id = :account", account=req.context.account, **body)
        resp.media = {"ok": True}


class Statement:
    """What a partner's own software asks for, with a token in the query."""

    def __init__(self, accounts: Accounts, tokens: Tokens) -> None:
        self.accounts, self.tokens = accounts, tokens

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        partner = self.tokens.partner_of(req.get_param("token", required=True))
        resp.media = self.accounts.all("SELECT at, amount FROM statements WHERE partner_id = :p", p=partner)


class Terminals:
    def __init__(self, accounts: Accounts, devices: Devices) -> None:
        self.accounts, self.devices = accounts, devices

    @falcon.before(signed_in)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = {"token": self.devices.connect(req.context.partner, req.get_media()["serial"])}

    @falcon.before(signed_in)
    def on_put(self, req: falcon.Request, resp: falcon.Response) -> None:
        self.accounts.run(
            "UPDATE terminals SET label = :l WHERE serial = :s AND partner_id = :p",
            l=req.get_media()["label"],
            s=req.get_media()["serial"],
            p=req.context.partner,
        )
        resp.media = {"ok": True}

    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        self.accounts.run("DELETE FROM terminals WHERE serial = :s", s=req.get_param("serial", required=True))
        resp.status = falcon.HTTP_204


class Callback:
    def __init__(self, accounts: Accounts, config: Config) -> None:
        self.accounts, self.key = accounts, config.token_key.encode()

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        body = req.bounded_stream.read()
        mac = hmac.digest(self.key, body, "sha256").hex()
        given = req.get_header("X-Callback-Mac", default="")
        if not secrets.compare_digest(given, mac):
            raise falcon.HTTPForbidden
        event = json.loads(body)
        self.accounts.run("UPDATE calls SET settled = true WHERE id = :i", i=event["call"])
        resp.media = {"ok": True}
