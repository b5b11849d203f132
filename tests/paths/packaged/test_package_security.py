"""Flask-Security: what the map says of each application, held against what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.paths.packaged.corpus import FOLDER, held, part, places, routes_of, told

from rescind.paths.map import draw
from rescind.paths.model import Map

CORPUS = part("security_")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[None]:
    with places(tmp_path):
        yield


@pytest.mark.long
@pytest.mark.usefixtures("kept")
def test_the_map_agrees_with_each(record_property: Callable[[str, object], None]) -> None:
    rows = [row for path in CORPUS for row in held(path)]
    record_property("measured", told(rows, len(CORPUS)))
    assert [row for row in rows if not row[-1]] == []


@pytest.mark.long
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_reading_alone_says_the_same(path: Path) -> None:
    routes = routes_of(draw(f"{path.stem}:app", path.parent))
    own = {key: said for key, said in routes.items() if not key[1].startswith("/account/")}
    read = routes_of(draw(path.name, path.parent))
    if path.stem == "security_views":  # one of its pages, which are not in the source, ends sessions
        assert read.keys() == own.keys()
    else:
        assert read == own


@pytest.mark.long
def test_pages_of_the_package(tmp_path: Path) -> None:
    """Those that anybody may ask are open, those behind its guards are not, and of others it is not known."""
    drawn = draw("security_views:app", FOLDER)
    said = {each.path: each.protected for each in drawn.routes}
    assert (said["/account/login"], said["/account/register"], said["/account/logout"]) == (
        False,
        False,
        False,
    )
    assert (said["/account/change"], said["/account/verify"], said["/admin"]) == (True, True, True)
    text = (FOLDER / "security_views.py").read_text(encoding="utf-8")
    (tmp_path / "shop.py").write_text(text.replace("_CHANGEABLE", "_RECOVERABLE"))
    again = {each.path: each.protected for each in draw("shop:app", tmp_path).routes}
    assert (again["/account/reset"], again["/account/reset/<token>"]) == (False, None)


SHOP = """
from flask import Flask
from flask_security import {names}
app = Flask(__name__)
app.config["SECURITY_TOKEN_MAX_AGE"] = 60
class User(db.Model, {mixins}):
    active = db.Column(1)
    fs_uniquifier = db.Column(1)
    {more}
class Own(SQLAlchemyUserDatastore):
    def find_user(self, **given): return ADA
accounts = {store}(db, User, Role)
Security(app, accounts)
@app.get("/me")
{guard}
def me(): return ""
"""
USUAL = {
    "names": "SQLAlchemyUserDatastore, PeeweeUserDatastore, Security, UserMixin, auth_required",
    "mixins": "UserMixin", "more": "", "store": "SQLAlchemyUserDatastore",
    "guard": "@auth_required('token')",
}  # fmt: skip


def drawn(folder: Path, source: str = SHOP, **other: str) -> Map:
    (folder / "shop.py").write_text("from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"
                                    + source.format(**(USUAL | other)))  # fmt: skip
    return draw("shop.py", folder)


def test_an_account_is_looked_at_on_each_request(tmp_path: Path) -> None:
    (mine,) = drawn(tmp_path).credentials.values()
    assert (mine.name, mine.max_lifetime_s) == ("header:authentication-token", 60)
    assert mine.on_account_disable.kind == "immediate"


@pytest.mark.parametrize(
    "other",
    [
        {"store": "Own"},
        {"store": "PeeweeUserDatastore"},
        {"more": "active = property(lambda self: True)"},
        {"more": "@property\n    def active(self): return True"},
        {"mixins": "shared.Account, UserMixin", "names": USUAL["names"] + "\nimport shared"},
        {"store": "(lambda *given: SQLAlchemyUserDatastore(*given))"},
        {"store": "[SQLAlchemyUserDatastore, Own][0]"},
        {"guard": "@login.user_loader\ndef load(number): return ADA\n@app.get('/other')\n" + USUAL["guard"],
         "names": USUAL["names"] + "\nfrom flask_login import LoginManager\nlogin = LoginManager()"},
    ],
    ids=["derived", "another kind", "worked out", "a property", "a mixin", "made by", "one of", "own loader"],
)  # fmt: skip
def test_what_is_not_certain_is_unknown(tmp_path: Path, other: dict[str, str]) -> None:
    """Never open, and never shut at once."""
    told = drawn(tmp_path, **other)
    (route,) = [each for each in told.routes if each.path in {"/me", "/other"}][-1:]
    assert route.protected is None
    assert {each.on_account_disable.kind for each in told.credentials.values()} == {"unknown"}


@pytest.mark.parametrize(
    ("guard", "accepts"),
    [
        ("@auth_required()", ["header:authentication-token", "session"]),
        ("@auth_required('session', 'basic')", ["session", "basic"]),
        ("@auth_required(lambda: ['basic'])", ["header:authentication-token", "session"]),
        ("@auth_required('basic')\n@roles_required('admin')", ["basic"]),
        ("@roles_required('admin')", ["session", "header:authentication-token"]),
        ("@login_required", ["session", "header:authentication-token"]),
        ("@unauth_csrf()", []),
        ("@anonymous_user_required", []),
    ],
)
def test_what_is_accepted(tmp_path: Path, guard: str, accepts: list[str]) -> None:
    names = USUAL["names"] + ", roles_required, login_required, unauth_csrf, anonymous_user_required"
    (route,) = drawn(tmp_path, guard=guard, names=names).routes
    assert list(route.accepts) == accepts
    assert route.protected is bool(accepts)
