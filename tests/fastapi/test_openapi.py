"""The schema: cookie or bearer on what is guarded, nothing on what is not, our own routes described."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from tests.fastapi.shop import COOKIE, Shop

from rescind.fastapi import Rescind
from rescind.fastapi.openapi import EITHER
from rescind.web.settings import WebSettings
from rescind.web.surface import routes_of


@pytest.fixture
def schema(shop: Shop) -> dict[str, Any]:
    read: dict[str, Any] = shop.browser(None).get("/openapi.json").json()
    return read


def test_two_schemes(schema: dict[str, Any]) -> None:
    assert schema["components"]["securitySchemes"] == {
        "rescind_cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
        "rescind_bearer": {"type": "http", "scheme": "bearer"},
    }


def test_guarded_optional_and_public(schema: dict[str, Any]) -> None:
    assert schema["paths"]["/me"]["get"]["security"] == EITHER
    assert schema["paths"]["/payouts"]["post"]["security"] == EITHER
    assert schema["paths"]["/maybe"]["get"]["security"] == [*EITHER, {}]
    assert "security" not in schema["paths"]["/public"]["get"]
    assert {"401", "403", "503"} <= set(schema["paths"]["/me"]["get"]["responses"])


def test_our_routes_are_described(schema: dict[str, Any]) -> None:
    for route in routes_of(WebSettings()):
        operation = schema["paths"][f"/auth{route.path}"][route.method.lower()]
        assert operation["operationId"] == f"rescind_{route.name}"
    body = schema["paths"]["/auth/sign-in"]["post"]["requestBody"]["content"]
    assert set(body) == {"application/json", "application/x-www-form-urlencoded"}
    named = body["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert set(schema["components"]["schemas"][named]["required"]) == {"login", "password"}


def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    def references(part: Any) -> Any:
        if isinstance(part, dict):
            yield from ([part["$ref"]] if "$ref" in part else [])
            for value in part.values():
                yield from references(value)
        elif isinstance(part, list):
            for value in part:
                yield from references(value)

    found = set(references(schema))
    assert found
    known = {f"#/components/schemas/{name}" for name in schema["components"]["schemas"]}
    assert found <= known


def test_receipt_and_session_have_schemas(schema: dict[str, Any]) -> None:
    receipt = schema["components"]["schemas"]["Receipt"]["properties"]
    assert receipt["ended"]["additionalProperties"] == {"type": "integer"}
    assert receipt["state"]["enum"] == ["final", "committed", "pending", "void"]
    assert "#/components/schemas/Session" in str(schema["paths"]["/session"]["get"]["responses"]["200"])


def test_routes_added_later_are_in_it() -> None:
    auth, app = Rescind("memory://"), FastAPI()
    auth.install(app)
    assert "/later" not in app.openapi()["paths"]
    app.openapi_schema = None

    async def later() -> None: ...

    app.add_api_route("/later", later)
    assert "/later" in app.openapi()["paths"]
    assert "/auth/sign-in" in app.openapi()["paths"]
    assert app.openapi() is app.openapi()


def test_own_path_beside_ours_stays() -> None:
    auth, app = Rescind("memory://"), FastAPI()
    auth.install(app)

    async def page() -> None: ...

    app.add_api_route("/auth/sign-in", page)
    assert set(app.openapi()["paths"]["/auth/sign-in"]) == {"get", "post"}
