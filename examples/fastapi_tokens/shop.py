"""The shop: routes of rescind sign in, refresh and sign out; what is guarded looks like everywhere else."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Annotated

from fastapi import Depends, FastAPI

from rescind import Conflict, Receipt
from rescind.fastapi import Rescind, Session

auth = Rescind(
    os.environ.get("RESCIND_URL", "memory://"),
    session_model="jwt",
    issuer="https://shop.example",
    audience="https://stock.example",
    access_life="5m",  # so long the stock service accepts a token after its session has ended
)

CurrentSession = Annotated[Session[str], Depends(auth.require())]
Admin = Annotated[Session[str], Depends(auth.require(role="admin"))]


@asynccontextmanager
async def people(_app: FastAPI) -> AsyncGenerator[None]:
    """Somebody to sign in as; a real shop has a form for that."""
    with suppress(Conflict):  # another worker may be quicker
        await auth.aio.accounts.create(
            login="ada@example.com", password="plum-tractor-nine-lamps", principal="ada", roles=["admin"]
        )
    yield


app = FastAPI(title="Shop", lifespan=people)
auth.install(app)  # /auth/sign-in, /auth/refresh, /auth/sign-out, /.well-known/jwks.json


@app.get("/me")
async def me(session: CurrentSession) -> dict[str, str]:
    """Whoever is signed in."""
    return {"you": session.principal_id}


@app.post("/people/{who}/leave")
async def leave(who: str, session: Admin) -> Receipt:
    """Returns when every worker of the shop has it; ``outside`` says until when the stock service goes on."""
    return await auth.aio.revoke(principal=who, reason="left the company")
