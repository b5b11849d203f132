"""The application: sign-in with its own users, guarded routes, a socket and a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

from examples.fastapi_app import people
from examples.fastapi_app.auth import Admin, CurrentSession, Finance, MaybeSession, auth
from fastapi import FastAPI, Form, HTTPException, Response, WebSocket
from fastapi.responses import StreamingResponse

from rescind import Receipt


@asynccontextmanager
async def my_lifespan(_app: FastAPI) -> AsyncGenerator[None]:
    """The application's own life cycle; rescind's is around it."""
    await people.add(7, "ada", "plum-tractor-nine-lamps")
    yield


app = FastAPI(title="Payouts", lifespan=my_lifespan)
auth.install(app, prefix="/auth")


@app.post("/login", status_code=204)
async def login(name: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
    """Your users, your password check."""
    mark = await auth.aio.mark()  # before the user is read: see "Sign somebody in" in the documentation
    person = await people.verify(name, password)
    if person is None:
        raise HTTPException(401, "Name or password is wrong.")
    issued = await auth.aio.sessions.start(person.id, method="password", mark=mark)
    response = Response(status_code=204)
    auth.set_cookie(response, issued)
    return response


@app.get("/")
async def home(session: MaybeSession) -> dict[str, bool]:
    """Anybody."""
    return {"signed_in": session is not None}


@app.get("/me")
async def me(session: CurrentSession) -> dict[str, int | datetime]:
    """Whoever is signed in."""
    return {"you": session.principal_id, "since": session.created_at}


@app.post("/payouts")
async def payout(session: Finance) -> dict[str, int]:
    """Finance, and only with a sign-in of the last five minutes."""
    return {"paid_by": session.principal_id}


@app.post("/people/{user_id}/leave")
async def leave(user_id: int, session: Admin) -> Receipt:
    """When this answers, no worker accepts anything of that person any more."""
    return await auth.aio.revoke(principal=user_id, reason=f"left, said {session.principal_id}")


@app.websocket("/feed")
async def feed(socket: WebSocket, session: CurrentSession) -> None:
    """Closed with 4001 when the session ends."""
    await socket.accept()
    async for message in socket.iter_text():
        await socket.send_json({"you": session.principal_id, "said": message})


@app.get("/events")
async def events(session: CurrentSession) -> StreamingResponse:
    """Ends with the session."""

    async def numbers() -> AsyncIterator[str]:
        number = 0
        while True:
            yield f"data: {session.principal_id}-{number}\n\n"
            number += 1
            await asyncio.sleep(0.05)

    return StreamingResponse(numbers(), media_type="text/event-stream")
