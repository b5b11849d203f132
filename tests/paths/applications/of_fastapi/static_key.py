"""One key for all, in the source."""

import secrets

from fastapi import Depends, FastAPI, HTTPException, Security
from fastapi.security import APIKeyHeader

API_KEY = "one key for all"
header = APIKeyHeader(name="X-API-Key")
app = FastAPI()


def check(key: str = Security(header)) -> None:
    if not secrets.compare_digest(key, API_KEY):
        raise HTTPException(403)


@app.post("/login")
def login() -> dict:
    return {"key": API_KEY}


@app.get("/me", dependencies=[Depends(check)])
def me() -> str:
    return "ada"
