"""A revocation inside the application's own transaction is final before the answer leaves."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import BackgroundTasks, Depends, HTTPException
from fastapi.responses import StreamingResponse
from sqlalchemy import create_engine
from sqlalchemy.orm import Session as OrmSession
from starlette.testclient import TestClient
from tests.fastapi.shop import Shop

from rescind.errors import Refused
from rescind.flows.settle import Settlement
from rescind.model.session import Session
from rescind.revocation.receipt import Receipt


class Office:
    """An application with a database of its own, and the order in which things happened.

    Attributes:
        events: ``committed`` by the application, ``answered`` when the answer goes to the server.
        receipts: of the revocations, as the application got them.
    """

    def __init__(self, path: Path) -> None:
        self.shop = Shop(f"sqlite:///{path}")
        self.database = create_engine(f"sqlite:///{path}")
        self.events: list[str] = []
        self.receipts: list[Receipt] = []
        self.states: list[str] = []
        self.token = self.shop.start().token
        assert isinstance(self.shop.auth.check(self.token), Session)

    def note(self, receipt: Receipt) -> str:
        self.receipts.append(receipt)
        return receipt.state

    def session(self) -> Iterator[OrmSession]:
        """Commits when the endpoint is done: after FastAPI has handed the answer over."""
        with OrmSession(self.database) as db:
            yield db
            db.commit()
            self.events.append("committed")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.events.append("answered")
                self.states += [receipt.state for receipt in self.receipts]
            await send(message)

        await self.shop.app(scope, receive, noted)

    def post(self, path: str) -> Any:
        return TestClient(self, base_url="https://testserver", raise_server_exceptions=False).post(path)

    @property
    def alive(self) -> bool:
        return not isinstance(self.shop.auth.check(self.token), Refused)


@pytest.fixture
def office(tmp_path: Path, empty_database: Path) -> Iterator[Office]:
    made = Office(Path(shutil.copy(empty_database, tmp_path / "app.db")))
    yield made
    made.database.dispose()
    made.shop.auth.close()


def test_committed_in_the_endpoint(office: Office) -> None:
    auth = office.shop.auth

    def leave() -> Receipt:
        with OrmSession(office.database) as db:
            receipt = auth.revoke(principal=7, reason="left", connection=db.connection())
            assert office.note(receipt) == "pending"
            assert office.alive
            db.commit()
        return receipt

    office.shop.app.add_api_route("/leave", leave, methods=["POST"])
    answer = office.post("/leave").json()
    assert (answer["state"], answer["ended"]) == ("final", {"session": 1})
    assert office.states == ["final"]
    assert not office.alive


def test_committed_after_the_endpoint(office: Office) -> None:
    database: Any = Depends(office.session)

    def leave(db: OrmSession = database) -> str:
        receipt = office.shop.auth.revoke(principal=7, reason="left", connection=db.connection())
        return office.note(receipt)

    office.shop.app.add_api_route("/leave", leave, methods=["POST"])
    assert office.post("/leave").json() == "pending", "that is what it was when the endpoint returned"
    assert office.events == ["committed", "answered"], "the answer waited for the transaction"
    assert office.states == ["final"]
    assert not office.alive


def test_on_the_loop_nobody_blocks_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit on the loop's own thread leaves the waiting for the workers to the middleware."""
    auth, blocked = office.shop.auth, []
    begin = Settlement.begin

    def watched(settlement: Settlement) -> Any:
        try:
            auth.refuse_on_loop("")
        except Exception:  # noqa: BLE001 - whatever it is, this thread runs a loop
            blocked.append("on the loop")
        return begin(settlement)

    monkeypatch.setattr(Settlement, "begin", watched)

    async def leave() -> str:
        with OrmSession(office.database) as db:
            receipt = await auth.aio.revoke(principal=7, reason="left", connection=db.connection())
            db.commit()
        return office.note(receipt)

    office.shop.app.add_api_route("/leave", leave, methods=["POST"])
    assert office.post("/leave").status_code == 200
    assert office.states == ["final"]
    assert blocked == []
    assert not office.alive


def test_commit_that_cannot_be_seen(office: Office) -> None:
    """A plain connection announces its commit before it happens, so somebody has to look."""

    def leave() -> str:
        with office.database.connect() as connection:
            receipt = office.shop.auth.revoke(principal=7, reason="left", connection=connection)
            connection.commit()
        return office.note(receipt)

    office.shop.app.add_api_route("/leave", leave, methods=["POST"])
    assert office.post("/leave").status_code == 200
    assert office.states == ["final"]


def test_another_one_after_the_answer(office: Office) -> None:
    """In a background task, when the first is final and the answer has left."""

    def end(principal: int) -> None:
        with office.database.connect() as connection:
            receipt = office.shop.auth.revoke(principal=principal, reason="left", connection=connection)
            connection.commit()
        office.note(receipt)

    def leave(later: BackgroundTasks) -> None:
        end(7)
        later.add_task(end, 8)

    office.shop.app.add_api_route("/leave", leave, methods=["POST"])
    assert office.post("/leave").status_code == 200
    assert office.states == ["final"]
    assert [receipt.state for receipt in office.receipts] == ["final", "final"]


def test_rolled_back(office: Office) -> None:
    database: Any = Depends(office.session)

    def leave(db: OrmSession = database) -> str:
        office.note(office.shop.auth.revoke(principal=7, reason="left", connection=db.connection()))
        raise HTTPException(409, "not today")

    office.shop.app.add_api_route("/leave", leave, methods=["POST"])
    assert office.post("/leave").status_code == 409
    assert office.alive
    assert office.receipts[0].state == "void"


def test_commit_that_fails_is_no_success(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint had answered 200; since the answer was held back, the client hears of the failure."""

    def failing() -> Iterator[OrmSession]:
        with OrmSession(office.database) as db:
            yield db
            raise RuntimeError("disk full")

    database: Any = Depends(failing)

    def leave(db: OrmSession = database) -> str:
        return office.note(office.shop.auth.revoke(principal=7, reason="left", connection=db.connection()))

    office.shop.app.add_api_route("/leave", leave, methods=["POST"])
    assert office.post("/leave").status_code == 500
    assert office.alive


def test_a_stream_cannot_be_held_back(office: Office) -> None:
    database: Any = Depends(office.session)

    def leave(db: OrmSession = database) -> StreamingResponse:
        office.note(office.shop.auth.revoke(principal=7, reason="left", connection=db.connection()))

        async def parts() -> AsyncIterator[str]:
            yield "one"
            yield "two"

        return StreamingResponse(parts())

    office.shop.app.add_api_route("/leave", leave, methods=["POST"])
    assert office.post("/leave").text == "onetwo"
    assert office.events == ["answered", "committed"]
    assert office.receipts[0].state == "final", "at the end of the request"
    assert not office.alive
