"""The same page behind rescind: written as the first screen of the README says, and nothing more.

Imported by the workers only: the folder of the database comes from the environment.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response

from rescind.fastapi import Rescind, Session

auth = Rescind(f"sqlite:///{Path(os.environ['RESCIND_DEMO_FOLDER'], 'notes.db')}")
CurrentSession = Annotated[Session[str], Depends(auth.require())]
router = APIRouter()


@router.post("/sign-in")
async def sign_in(user: Annotated[str, Body(embed=True)], response: Response) -> dict[str, str]:
    """The demo's people have no passwords: it measures what comes after."""
    issued = await auth.aio.sessions.start(user, method="password")
    auth.set_cookie(response, issued)
    return {"user": user}


@router.get("/note")
async def note(session: CurrentSession) -> dict[str, str]:
    return {"user": session.principal_id, "note": "buy milk"}


@router.post("/sign-out")
async def sign_out(session: CurrentSession) -> dict[str, object]:
    receipt = await auth.aio.revoke(session=session.id, reason="signed out")
    return {"receipt": str(receipt), "state": receipt.state, "workers": receipt.workers_confirmed}


async def checker() -> Callable[[], object]:
    """One check of a fresh session, without HTTP."""
    issued = await auth.aio.sessions.start("somebody", method="password")
    return lambda: auth.check(issued.token)
