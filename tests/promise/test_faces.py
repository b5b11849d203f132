"""One sign-in serves two frameworks, and one withdrawal ends it in both before the next request.

FastAPI under uvicorn and Flask under gunicorn, two worker processes each; every way to withdraw is asked by
cookie and by bearer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests import plain_http
from tests.drill.applications import serving
from tests.promise.share import share_of
from tests.redis_server import Server

from rescind import Rescind
from rescind.revocation.receipt import Receipt

Record = Callable[[str, object], None]
ASKED = 4
"""Requests to each framework after an end, each on a connection of its own, so that all workers are asked."""
PATIENCE = 60.0
"""Seconds that an answer may take on a busy machine."""
SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"
PASSWORD = "plum-tractor-nine-lamps"


@dataclass
class Site:
    """Both applications, and a third process (this one) that governs them.

    Attributes:
        asked: requests that started after a final receipt.
        accepted: those of them that got in.
        pids: the processes that have accepted somebody.
    """

    auth: Rescind[str]
    bases: tuple[str, str]
    asked: int = 0
    accepted: list[str] = field(default_factory=list)
    pids: dict[str, set[int]] = field(default_factory=dict)

    def get(self, base: str, path: str, credential: dict[str, str]) -> httpx2.Response:
        return plain_http.get(base + path, headers={**credential, "Connection": "close"}, timeout=PATIENCE)

    def warm(self, credential: dict[str, str], path: str = "/me") -> None:
        """Every worker of both knows the session before it ends."""
        for base in self.bases:
            met: set[int] = set()
            until = time.monotonic() + PATIENCE
            while len(met) < serving.WORKERS:
                assert time.monotonic() < until, f"only {met} of {base} answered"
                answer = self.get(base, path, credential)
                assert answer.status_code == 200, answer.text
                met.add(answer.json()["pid"])
            self.pids.setdefault(base, set()).update(met)

    def expect_refused(
        self, what: str, credential: dict[str, str], path: str = "/me", status: int = 401
    ) -> None:
        for base in self.bases:
            for _ in range(ASKED):
                answer = self.get(base, path, credential)
                self.asked += 1
                if answer.status_code != status:
                    self.accepted.append(f"{what} at {base}{path}: {answer.status_code} {answer.text[:80]}")


@contextmanager
def site(folder: Path, url: str, **settings: str) -> Iterator[Site]:
    environment = {"RESCIND_URL": url, "RESCIND_SECRET": SECRET if settings.get("MODEL") == "jwt" else ""}
    environment = {name: value for name, value in (environment | settings).items() if value}
    made: dict[str, Any] = {
        "session_model": settings.get("MODEL", "database"),
        "redis": settings.get("SERVER"),
    }
    if made["session_model"] == "jwt":
        made["secret"] = SECRET
    with ExitStack() as running:
        auth = running.enter_context(Rescind(url, **made))
        fast = running.enter_context(serving.asgi("tests.promise.faces:fast", folder, environment))
        flask = running.enter_context(serving.wsgi("tests.promise.faces:flask", folder, environment))
        yield Site(auth, (fast, flask))


def cookie(token: str) -> dict[str, str]:
    return {"Cookie": f"__Host-rescind={token}"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def final(receipt: Receipt) -> None:
    assert receipt.state == "final", str(receipt)


def sign_out(site: Site, name: str, credential: dict[str, str], base: str) -> None:
    answer = plain_http.post(f"{base}/auth/sign-out", timeout=PATIENCE, headers=credential)
    assert answer.status_code == 204


def end_all_there(site: Site, name: str, credential: dict[str, str], base: str) -> None:
    answer = plain_http.post(
        f"{base}/auth/sessions/revoke", timeout=PATIENCE, headers=credential, json={"keep_current": False}
    )
    assert answer.json()["state"] == "final"


def revoke_principal(site: Site, name: str, credential: dict[str, str], base: str) -> None:
    final(site.auth.revoke(principal=name, reason="left"))


def disable(site: Site, name: str, credential: dict[str, str], base: str) -> None:
    final(site.auth.principals.set(name, active=False, reason="suspended"))


def revoke_tenant(site: Site, name: str, credential: dict[str, str], base: str) -> None:
    final(site.auth.revoke(tenant=f"tenant of {name}", reason="contract ended"))


WAYS = (sign_out, end_all_there, revoke_principal, disable, revoke_tenant)


def rounds(site: Site, times: int) -> None:
    """Each way to withdraw, asked of each framework, for a copy of the cookie and of the bearer."""
    for number in range(times):
        for way in WAYS:
            base = site.bases[number % 2]
            name = f"{way.__name__} {number}"
            site.auth.principals.set(name, tenant=f"tenant of {name}", roles=["admin"], reason="hired")
            token = site.auth.sessions.start(name).token
            site.warm(bearer(token))
            way(site, name, bearer(token), base)
            for credential in (cookie(token), bearer(token)):
                site.expect_refused(name, credential)
        lose_role(site, f"role {number}")


def lose_role(site: Site, name: str) -> None:
    site.auth.principals.set(name, roles=["admin"], reason="hired")
    token = site.auth.sessions.start(name).token
    site.warm(cookie(token), "/admin")
    final(site.auth.principals.set(name, roles=[], reason="moved"))
    site.expect_refused(name, cookie(token), "/admin", 403)
    assert site.get(site.bases[0], "/me", cookie(token)).status_code == 200, "who lost a role is still there"


def told(site: Site) -> str:
    rate = 3 / max(1, site.asked)
    return f"{site.asked} requests after a receipt, {len(site.accepted)} accepted (rate below {rate:.1e})"


def test_one_sign_in_and_one_withdrawal_for_two_frameworks(tmp_path: Path, record_property: Record) -> None:
    with site(tmp_path, f"sqlite:///{tmp_path / 'app.db'}") as both:
        both.auth.accounts.create(login="ada@example.com", password=PASSWORD, principal="ada")
        for there, here in (both.bases, both.bases[::-1]):
            body = {"login": "ada@example.com", "password": PASSWORD}
            answer = plain_http.post(f"{there}/auth/sign-in", timeout=PATIENCE, json=body)
            pair = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
            assert both.get(here, "/me", pair).json()["you"] == "ada"
            assert plain_http.post(f"{here}/auth/sign-out", timeout=PATIENCE, headers=pair).status_code == 204
            assert both.get(there, "/me", pair).status_code == 401
        rounds(both, 1)
        assert [len(pids) for pids in both.pids.values()] == [serving.WORKERS] * 2
    record_property("measured", told(both))
    assert both.accepted == []


@pytest.mark.long
@pytest.mark.parametrize("model", ["database", "jwt", "redis"])
@pytest.mark.parametrize("log", ["sqlite", "postgres"])
def test_of_every_model_on_every_log(
    tmp_path: Path, record_property: Record, request: pytest.FixtureRequest, model: str, log: str
) -> None:
    is_postgres = log == "postgres"
    url = request.getfixturevalue("new_postgres") if is_postgres else f"sqlite:///{tmp_path / 'app.db'}"
    with ExitStack() as running:
        settings = {"MODEL": model}
        if model == "redis":
            settings["SERVER"] = running.enter_context(Server("redis")).url
        both = running.enter_context(site(tmp_path, url, **settings))
        rounds(both, share_of(20))
    record_property("measured", told(both))
    assert both.accepted == []
