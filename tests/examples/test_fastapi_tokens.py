"""Signed tokens over real HTTP: two workers of the shop, and a service with nothing but the keys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests import plain_http
from tests.examples.test_fastapi_app import ROOT, workers

ADA = {"login": "ada@example.com", "password": "plum-tractor-nine-lamps"}
REFRESHING = "__Host-rescind-refresh"
TABS = 20
pytestmark = pytest.mark.long  # three servers


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = f"sqlite:///{tmp_path_factory.mktemp('shop') / 'shop.db'}"
    with workers(url, 2, "examples.fastapi_tokens.shop:app") as address:
        yield f"http://{address}"


@pytest.fixture(scope="module")
def stock(shop: str) -> Iterator[str]:
    with workers("", 1, "examples.fastapi_tokens.stock:app", SHOP=shop) as address:
        yield f"http://{address}"


def signed_in(shop: str) -> dict[str, Any]:
    answer = plain_http.post(f"{shop}/auth/sign-in", json=ADA | {"transport": "bearer"})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def everywhere(url: str, token: str) -> set[int]:
    """The statuses of several new connections, so that both workers get asked."""
    return {plain_http.get(url, headers=bearer(token)).status_code for _ in range(8)}


def test_a_program_lives_and_is_ended(shop: str, stock: str) -> None:
    first = signed_in(shop)
    assert everywhere(f"{shop}/me", first["access_token"]) == {200}
    assert plain_http.get(f"{stock}/stock", headers=bearer(first["access_token"])).json()["for"] == "ada"
    answer = plain_http.post(f"{shop}/auth/refresh", json={"refresh_token": first["refresh_token"]})
    second = answer.json()
    assert everywhere(f"{shop}/me", second["access_token"]) == {200}

    left = plain_http.post(f"{shop}/people/ada/leave", headers=bearer(second["access_token"])).json()
    assert left["state"] == "final"
    assert "published keys alone" in " ".join(left["outside"])
    for token in (first["access_token"], second["access_token"]):
        assert everywhere(f"{shop}/me", token) == {401}
        # What a signature alone can give, and what the receipt said.
        assert plain_http.get(f"{stock}/stock", headers=bearer(token)).status_code == 200
    answer = plain_http.post(f"{shop}/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")


def test_twenty_tabs_of_a_browser_refresh_at_once(shop: str) -> None:
    """Cookies and all: 20 answers from two workers, one live successor, and no cookie is taken away."""
    answer = plain_http.post(f"{shop}/auth/sign-in", json=ADA)
    cookies = dict(line.partition(";")[0].split("=", 1) for line in answer.headers.get_list("set-cookie"))
    assert cookies.keys() == {"__Host-rescind", REFRESHING}
    sent = {"Cookie": f"{REFRESHING}={cookies[REFRESHING]}"}

    def refresh(_: int) -> Any:
        return plain_http.post(f"{shop}/auth/refresh", headers=sent)

    with ThreadPoolExecutor(TABS) as tabs:
        answers = list(tabs.map(refresh, range(TABS)))
    assert {one.status_code for one in answers} == {200}
    lines = [line for one in answers for line in one.headers.get_list("set-cookie")]
    assert not any("Max-Age=0" in line for line in lines)
    successors = {line.partition(";")[0] for line in lines if line.startswith(REFRESHING)}
    assert len(successors) == 1
    again = plain_http.post(f"{shop}/auth/refresh", headers={"Cookie": successors.pop()})
    assert again.status_code == 200
    stolen = plain_http.post(f"{shop}/auth/refresh", headers=sent)
    assert (stolen.status_code, stolen.json()["code"]) == (401, "sign_in"), (
        "the grandparent: the session ends"
    )
    access = next(line for line in again.headers.get_list("set-cookie") if not line.startswith(REFRESHING))
    for _ in range(8):
        answer = plain_http.get(f"{shop}/me", headers={"Cookie": access.partition(";")[0]})
        assert answer.json()["code"] == "sign_in"


def test_what_is_published_may_be_kept_and_holds_nothing_private(shop: str) -> None:
    answer = plain_http.get(f"{shop}/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    (key,) = answer.json()["keys"]
    assert key.keys() == {"kty", "crv", "x", "kid", "alg", "use"}


def test_tokens_of_others_open_nothing(shop: str, stock: str) -> None:
    genuine = signed_in(shop)
    for token in (genuine["refresh_token"], genuine["access_token"][:-4] + "AAAA", "a.b.c"):
        assert everywhere(f"{shop}/me", token) == {401}
        assert plain_http.get(f"{stock}/stock", headers=bearer(token)).status_code == 401


@pytest.mark.long  # `make types` says it too
@pytest.mark.parametrize("checker", [["mypy", "--strict"], ["pyright"]])
def test_types(checker: list[str]) -> None:
    command = [sys.executable, "-m", *checker, str(Path("examples") / "fastapi_tokens")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
