"""Keys that are kept as digests and can be taken back one by one."""

import hashlib
import secrets

from fastapi import Depends, FastAPI, HTTPException, Security
from fastapi.security import APIKeyHeader

KEYS: dict[str, dict] = {}
header = APIKeyHeader(name="X-API-Key", auto_error=False)
app = FastAPI()


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def holder(key: str | None = Security(header)) -> dict:
    if not key:
        raise HTTPException(401)
    row = KEYS.get(digest(key))
    if row is None or row["disabled"]:
        raise HTTPException(401)
    return row


@app.post("/login")
def login() -> dict:
    key = secrets.token_urlsafe()
    KEYS[digest(key)] = {"name": "ada", "disabled": False}
    return {"key": key}


@app.get("/me")
def me(row: dict = Depends(holder)) -> str:
    return row["name"]


@app.post("/logout")
def revoke(key: str = Security(header)) -> None:
    del KEYS[digest(key)]


@app.post("/disable/{who}")
def disable(who: str) -> None:
    for row in KEYS.values():
        if row["name"] == who:
            row["disabled"] = True
