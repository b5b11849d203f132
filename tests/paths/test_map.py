"""The whole map of an application: which credential each route takes, and for whom it is."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
from jsonschema import validate

from rescind.paths.errors import NoTarget
from rescind.paths.map import draw

BEHAVIOUR = {
    "type": "object",
    "required": ["class", "seconds", "why"],
    "properties": {"class": {"enum": ["immediate", "bounded", "expiry", "never", "n/a", "unknown"]}},
}
ROUTE = (
    "method path endpoint file line protected guard accepts mechanisms audience revocation worst_revocation"
    " evidence notes"
)
ENDS = "on_revoke on_account_disable on_password_change on_privilege_change"
SCHEMA = {
    "type": "object",
    "required": ["tool", "version", "target", "framework", "credentials", "routes", "summary"],
    "properties": {
        "credentials": {
            "additionalProperties": {
                "required": ["mechanism", "max_lifetime_s", *ENDS.split(), "evidence"],
                "properties": dict.fromkeys(ENDS.split(), BEHAVIOUR),
            }
        },
        "routes": {
            "items": {
                "required": ROUTE.split(),
                "additionalProperties": False,
                "properties": {name: {} for name in ROUTE.split()}
                | {"protected": {"enum": [True, False, "conditional", None]}, "revocation": BEHAVIOUR},
            }
        },
    },
}

SHOP = """
    import hmac
    from fastapi import APIRouter, Cookie, Depends, FastAPI, Header, HTTPException
    from fastapi.security import HTTPBearer

    TOKENS = {}
    KEY = "key"
    app = FastAPI()
    bearer = HTTPBearer(auto_error=False)

    def session(sid: str | None = Cookie(default=None), given=Depends(bearer)):
        row = TOKENS.get(sid) or TOKENS.get(given.credentials)
        if row is None:
            raise HTTPException(401)
        return row

    def admin(row=Depends(session)):
        if row["role"] != "admin":
            raise HTTPException(403)
        return row

    def machine(x_key: str = Header()):
        if not hmac.compare_digest(x_key, KEY):
            raise HTTPException(401)

    def helped(token: str):
        return outside(token)

    from somewhere_else import outside

    def odd(token=Depends(HTTPBearer())):
        if not helped(token):
            raise HTTPException(401)

    admins = APIRouter(prefix="/admin", dependencies=[Depends(admin)])

    @admins.get("/people")
    def people(): ...

    @app.get("/me")
    def me(row=Depends(session)): ...

    @app.get("/boss")
    def boss(row=Depends(admin)): ...

    @app.get("/jobs", dependencies=[Depends(machine)])
    def jobs(): ...

    @app.get("/odd", dependencies=[Depends(odd)])
    def strange(): ...

    @app.get("/")
    def home(): ...

    @app.post("/logout")
    def logout(sid: str | None = Cookie(default=None)):
        TOKENS.pop(sid, None)

    app.include_router(admins)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.py").write_text(textwrap.dedent(SHOP))
    (folder / "somewhere_else.py").write_text("outside = __import__('hashlib').sha256\n")
    made = draw("shop:app", folder).to_dict("1")
    validate(json.loads(json.dumps(made)), SCHEMA)
    return {"credentials": made["credentials"]} | {each["path"]: each for each in made["routes"]}


def test_credentials_in_the_order_in_which_they_are_tried(shop: dict[str, dict[str, object]]) -> None:
    assert shop["/me"]["accepts"] == ["cookie:sid", "bearer"]
    assert shop["/me"]["mechanisms"] == ["session_cache", "oauth_bearer"]
    assert shop["/me"]["protected"] is True


@pytest.mark.parametrize(
    ("path", "audience"),
    [("/admin/people", "admin"), ("/boss", "admin"), ("/me", "user"), ("/jobs", "machine"), ("/", "public")],
)
def test_for_whom_a_route_is(shop: dict[str, dict[str, object]], path: str, audience: str) -> None:
    assert shop[path]["audience"] == audience


def test_a_guard_of_a_parent_router_counts(shop: dict[str, dict[str, object]]) -> None:
    assert shop["/admin/people"]["protected"] is True
    assert shop["/admin/people"]["accepts"] == shop["/boss"]["accepts"]


def test_what_is_not_read_is_unknown_and_says_where(shop: dict[str, dict[str, object]]) -> None:
    found = shop["/odd"]["revocation"]
    assert isinstance(found, dict) and found["class"] == "unknown"
    assert found["why"] == "it is given to __import__.sha256, which is not read: shop.py:27"


def test_who_empties_a_session_need_not_have_one(tmp_path: Path) -> None:
    """And a role in a cookie is what the cookie says, whatever becomes of the person."""
    (tmp_path / "shop.py").write_text(
        textwrap.dedent("""
            from flask import Flask, abort, session

            app = Flask(__name__)
            app.config.update(SECRET_KEY="key", PERMANENT_SESSION_LIFETIME=3600)

            @app.get("/logout")
            def logout():
                session.pop("uid", None)
                session.clear()
                return "out"

            @app.get("/admin")
            def admin():
                if session.get("role") != "admin":
                    abort(403)
                return "in"
        """)
    )
    drawn = draw("shop:app", tmp_path).to_dict("1")
    routes = {route["path"]: route for route in drawn["routes"]}
    assert (routes["/logout"]["protected"], routes["/logout"]["accepts"]) == (False, [])
    assert routes["/admin"]["accepts"] == ["session"]
    assert drawn["credentials"]["session"]["on_privilege_change"]["seconds"] == 3600


def test_nothing_to_map(tmp_path: Path) -> None:
    with pytest.raises(NoTarget, match="no module:app, such as shop"):
        draw("shop/main", tmp_path)
    with pytest.raises(NoTarget, match="there is no module nothing_there here"):
        draw("nothing_there:app", tmp_path)


LINKS = """
    import secrets
    from flask import Flask, abort
    from itsdangerous import BadSignature, URLSafeSerializer
    app = Flask(__name__)
    LINKS = {}
    signer = URLSafeSerializer("secret")

    @app.get("/shared/<token>")
    def shared(token):
        if token not in LINKS:
            abort(404)
        return LINKS[token]

    @app.get("/signed/<token>")
    def signed(token):
        try:
            return signer.loads(token)
        except BadSignature:
            abort(404)

    @app.get("/product/<code>")
    def product(code):
        if code not in LINKS:
            abort(404)
        return LINKS[code]
"""


def test_a_link_lets_in_whoever_has_it(tmp_path: Path) -> None:
    """And what a thing is called in a path is no link: a code of a product opens nothing."""
    (tmp_path / "shop.py").write_text(textwrap.dedent(LINKS))
    routes = {each.path: each for each in draw("shop.py", tmp_path).routes}
    shared, signed, product = (
        routes[f"/{path}>"] for path in ("shared/<token", "signed/<token", "product/<code")
    )
    assert [(each.protected, each.guard) for each in (shared, signed)] == [(True, "capability")] * 2
    assert [each.mechanisms for each in (shared, signed)] == [("capability_url",), ("signed_url",)]
    assert signed.revocation.kind == "never"
    assert (product.protected, product.guard, product.accepts) == (False, "none", ())


def test_a_route_that_an_earlier_pattern_hides_is_named(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(
        textwrap.dedent("""
            from fastapi import FastAPI
            app = FastAPI()

            @app.get("/users/{who}")
            def one(who: int): ...

            @app.get("/users/me")
            def me(): ...
        """)
    )
    routes = {each.path: each for each in draw("shop.py", tmp_path).routes}
    assert routes["/users/{who}"].notes == ()
    assert routes["/users/me"].notes == (
        "it is never asked: GET /users/{who} comes first and takes its path",
    )
