"""rescind for FastAPI: ``auth.install(app)``, ``Depends(auth.require())``, and the engine's own words.

>>> from typing import Annotated
>>> from fastapi import Depends, FastAPI
>>> from rescind.fastapi import Rescind, Session
>>> auth = Rescind("memory://", principal_id=int)
>>> CurrentSession = Annotated[Session[int], Depends(auth.require())]
>>> app = FastAPI()
>>> auth.install(app)
"""

from __future__ import annotations

from rescind.fastapi.face import Rescind
from rescind.fastapi.refused import HTTPRefused, WebSocketRefused
from rescind.fastapi.require import Optional, Require
from rescind.model.session import Issued, Session, SessionSummary
from rescind.policy.guarantee import bounded
from rescind.revocation.receipt import Receipt

__all__ = [
    "HTTPRefused",
    "Issued",
    "Optional",
    "Receipt",
    "Require",
    "Rescind",
    "Session",
    "SessionSummary",
    "WebSocketRefused",
    "bounded",
]
