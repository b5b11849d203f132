"""Over a store without accounts: the routes that take a password are not there, the others are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.redis_server import Server

from rescind.fastapi import Rescind


@pytest.fixture
def auth() -> Iterator[Rescind[str]]:
    with Server("redis") as server, Rescind(server.url, lease=0.5) as engine:
        yield engine


def test_a_route_for_passwords_answers_404_where_nobody_has_one(auth: Rescind[str]) -> None:
    app = FastAPI()
    auth.install(app)
    with TestClient(app, base_url="https://testserver") as client:
        issued = auth.sessions.start("ada")
        bearer = {"authorization": f"Bearer {issued.token}"}
        for path, body in (
            ("/auth/sign-in", {"login": "ada@example.com", "password": "a long password"}),
            ("/auth/step-up", {"password": "a long password"}),
        ):
            answer = client.post(path, json=body, headers=bearer)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert client.get("/auth/sessions", headers=bearer).status_code == 200
        assert client.post("/auth/sign-out", headers=bearer).status_code == 204
        assert client.get("/auth/sessions", headers=bearer).status_code == 401
