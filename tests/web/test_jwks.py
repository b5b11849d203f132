"""The published keys: public halves alone, and the one answer of ours that may be kept."""

from __future__ import annotations

import json

import jwt
from tests.web.site import Site

from rescind.testing import FakeClock
from rescind.web.jwks import MAX_AGE, show_jwks


def test_what_is_published_verifies_what_is_issued() -> None:
    site = Site(
        FakeClock(), session_model="jwt", issuer="https://shop.example", audience="https://api.example"
    )
    response = show_jwks(site.auth)
    assert response.status == 200
    assert response.header("cache-control") == f"public, max-age={MAX_AGE}"
    (key,) = json.loads(response.body)["keys"]
    assert "d" not in key
    token = site.auth.sessions.start(7).token
    claims = jwt.decode(
        token,
        jwt.PyJWK.from_dict(key),
        algorithms=["EdDSA"],
        issuer="https://shop.example",
        audience="https://api.example",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["sub"] == "7"
    site.auth.close()


def test_opaque_sessions_publish_none() -> None:
    site = Site(FakeClock())
    assert json.loads(show_jwks(site.auth).body) == {"keys": []}
    site.auth.close()
