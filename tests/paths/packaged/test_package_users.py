"""fastapi-users: what the map says of each application, held against what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.paths.packaged.corpus import held, part, places, told

from rescind.paths.map import draw

CORPUS = part("users_")

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", autouse=True)
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with places(tmp_path_factory.mktemp("sessions")):
        yield


def test_the_map_agrees_where_it_decides(record_property: Callable[[str, object], None]) -> None:
    """Accounts and tokens are read by adapters of the application here, whose doings are not gone through."""
    rows = [row for path in CORPUS for row in held(path)]
    record_property("measured", told(rows, len(CORPUS)))
    others = [row for row in rows if not row[-1]]
    assert {(row[0], row[1].kind) for row in others} == {
        ("users_database on_revoke", "unknown"), ("users_database on_account_disable", "unknown"),
        ("users_jwt on_account_disable", "unknown"), ("users_redis on_account_disable", "unknown"),
    }  # fmt: skip


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_reading_alone_does_not_call_it_open(path: Path) -> None:
    drawn = draw(path.name, path.parent)
    (route,) = [each for each in drawn.routes if each.path == "/me"]
    assert (route.protected, route.worst_revocation.kind) == (None, "unknown")


ADAPTED = """
from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers
from fastapi_users.authentication import AuthenticationBackend, CookieTransport
from fastapi_users.authentication.strategy.db import DatabaseStrategy
from fastapi_users_db_sqlalchemy import SQLAlchemyAccessTokenDatabase, SQLAlchemyUserDatabase

def session(): yield 1
def users_db(db=Depends(session)): yield SQLAlchemyUserDatabase(db, 1)
def tokens_db(db=Depends(session)): yield SQLAlchemyAccessTokenDatabase(db, 1)
def manager(db=Depends(users_db)): yield BaseUserManager(db)
def strategy(db=Depends(tokens_db)): return DatabaseStrategy(db, lifetime_seconds=3600)

backend = AuthenticationBackend("db", CookieTransport(cookie_name="auth"), strategy)
users = FastAPIUsers(manager, [backend])
app = FastAPI()
@app.get("/me")
def me(user=Depends(users.current_user(active=True))): ...
@app.get("/maybe")
def maybe(user=Depends(users.current_user(optional=True))): ...
"""


def test_adapters_of_the_packages_are_known(tmp_path: Path) -> None:
    """They cannot be installed beside this SQLAlchemy, so only what the map says is seen here."""
    classes = "class SQLAlchemyUserDatabase: ...\nclass SQLAlchemyAccessTokenDatabase: ...\n"
    (tmp_path / "fastapi_users_db_sqlalchemy.py").write_text(classes)
    (tmp_path / "shop.py").write_text(ADAPTED)
    drawn = draw("shop:app", tmp_path)
    routes = {each.path: each for each in drawn.routes}
    assert [routes[each].protected for each in ("/me", "/maybe")] == [True, "conditional"]
    mine = drawn.credentials[routes["/me"].accepts[0]]
    assert (mine.mechanism, mine.on_account_disable.kind) == ("session_db", "immediate")
    assert (mine.on_revoke.kind, mine.on_revoke.seconds) == ("expiry", 3_600)  # no route of it destroys one
    (tmp_path / "shop.py").write_text(ADAPTED + "app.include_router(users.get_auth_router(backend))\n")
    found = draw("shop:app", tmp_path)
    assert found.credentials["cookie:auth"].on_revoke.kind == "immediate"
    (tmp_path / "shop.py").write_text(
        ADAPTED
        + "app.include_router(users.get_auth_router(backend))\n@app.post('/sign-out')\ndef out(): ...\n"
    )
    worse = draw("shop:app", tmp_path).credentials["cookie:auth"].on_revoke
    assert (worse.kind, worse.why[:12]) == ("expiry", "what /sign-o")
