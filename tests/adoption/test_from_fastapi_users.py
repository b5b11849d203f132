"""The guide from fastapi-users, on a database that its own adapter has made.

The adapter wants a SQLAlchemy that rescind cannot use, so it is installed into an environment of its own.
"""

from __future__ import annotations

import json
import subprocess
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sybil import Document
from sybil.parsers.markdown import PythonCodeBlockParser

from rescind.testing.fastapi import client

PAGE = Path(__file__).parent.parent.parent / "docs" / "from-fastapi-users.md"
BEFORE, STEPS = 0, (2, 3, 4, 7)
"""Blocks of the page: the application of before, and what the guide says to do, up to the exchange of tokens.
In between is who is in its database, which the peer has made here, and what comes of it."""
PASSWORD = "plum-tractor-nine-lamps"
PEER = f"""
import asyncio, json, sys, uuid
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, BearerTransport
from fastapi_users.authentication.strategy.db import DatabaseStrategy
from fastapi_users_db_sqlalchemy import SQLAlchemyBaseUserTableUUID, SQLAlchemyUserDatabase
from fastapi_users_db_sqlalchemy.access_token import (
    SQLAlchemyAccessTokenDatabase, SQLAlchemyBaseAccessTokenTableUUID,
)
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class User(SQLAlchemyBaseUserTableUUID, Base):
    pass


class AccessToken(SQLAlchemyBaseAccessTokenTableUUID, Base):
    pass


class Manager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    reset_password_token_secret = verification_token_secret = "a secret of your own, of 32 bytes or more"


engine = create_async_engine("sqlite+aiosqlite:///shop.db")
sessions = async_sessionmaker(engine, expire_on_commit=False)


async def session():
    async with sessions() as one:
        yield one


async def manager(one=Depends(session)):
    yield Manager(SQLAlchemyUserDatabase(one, User))


def strategy(one=Depends(session)):
    return DatabaseStrategy(SQLAlchemyAccessTokenDatabase(one, AccessToken), lifetime_seconds=3600)


async def make():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


backend = AuthenticationBackend("bearer", BearerTransport(tokenUrl="auth/login"), strategy)
users = FastAPIUsers[User, uuid.UUID](manager, [backend])
app = FastAPI()
app.include_router(users.get_auth_router(backend), prefix="/auth")
app.include_router(users.get_register_router(schemas.BaseUser, schemas.BaseUserCreate), prefix="/auth")
app.include_router(users.get_users_router(schemas.BaseUser, schemas.BaseUserUpdate), prefix="/users")
asyncio.run(make())
client = TestClient(app)
if sys.argv[1] == "make":
    client.post("/auth/register", json={{"email": "ada@example.com", "password": "{PASSWORD}"}})
form = {{"username": "ada@example.com", "password": "{PASSWORD}"}}
answer = client.post("/auth/login", data=form).json()
answer["other_token"] = client.post("/auth/login", data=form).json()["access_token"]
headers = {{"Authorization": "Bearer " + answer["access_token"]}}
print(json.dumps(answer | client.get("/users/me", headers=headers).json()))
"""


class Peer:
    """fastapi-users with its adapter, in an environment of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        venv.create(folder / "peer", with_pip=True)
        self._python = folder / "peer" / "bin" / "python"
        needed = ["fastapi-users[sqlalchemy]>=15,<16", "aiosqlite", "httpx"]
        self._run("-m", "pip", "install", "--quiet", *needed)
        (folder / "peer.py").write_text(PEER)

    def _run(self, *words: str) -> str:
        command = [str(self._python), *words]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sign_in(self, what: str) -> dict[str, Any]:
        """Ada's token, and what the peer says of her; ``what``: ``make`` makes the database."""
        found: dict[str, Any] = json.loads(self._run("peer.py", what))
        return found


@contextmanager
def adopted(*steps: int) -> Iterator[dict[str, Any]]:
    """What the page's blocks define, run in the current folder."""
    document = Document.parse(str(PAGE), PythonCodeBlockParser())
    examples = list(document.examples())
    for at in steps:
        examples[at].evaluate()
    yield document.namespace
    document.namespace["auth"].close()


@pytest.mark.long
def test_the_guide_on_the_database_of_the_peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    peer = Peer(tmp_path)
    ada = peer.sign_in("make")
    with adopted(BEFORE, *STEPS) as page:
        app, auth = page["app"], page["auth"]

        def me(token: str) -> int:
            return int(client(app).get("/me", headers={"Authorization": f"Bearer {token}"}).status_code)

        def sign_in(password: str) -> Any:
            form = {"username": "ada@example.com", "password": password}
            return client(app).post("/auth/login", data=form).json().get("access_token")

        def exchange(token: str) -> Any:
            answer = client(app).post("/auth/exchange", headers={"Authorization": f"Bearer {token}"})
            return answer.json().get("access_token")

        assert me(ada["access_token"]) == 401
        exchanged = exchange(ada["access_token"])
        assert me(exchanged) == 200
        assert exchange(ada["access_token"]) is None
        assert sign_in("wrong") is None
        token = sign_in(PASSWORD)
        assert me(token) == 200
        session = auth.check(token)
        assert str(session.principal_id) == ada["id"]
        assert page["watch"].status().state == "installed"
        assert auth.revoke(principal=session.principal_id, reason="left the company").state == "final"
        assert me(token) == me(exchanged) == 401
        assert exchange(ada["other_token"]) is None
        page["watch"].remove()
    again = peer.sign_in("go back")
    assert again["id"] == ada["id"] and again["access_token"] != ada["access_token"]
