"""A key in the query, which is a row."""

import secrets
import sqlite3

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import APIKeyQuery

scheme = APIKeyQuery(name="api_key")
app = FastAPI()
db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, name TEXT)")


def owner(key: str = Depends(scheme)) -> str:
    row = db.execute("SELECT name FROM keys WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise HTTPException(403)
    return row[0]


@app.post("/login")
def login() -> dict:
    key = secrets.token_urlsafe()
    db.execute("INSERT INTO keys VALUES (?, 'ada')", (key,))
    return {"query": {"api_key": key}}


@app.get("/me")
def me(name: str = Depends(owner)) -> str:
    return name


@app.post("/logout")
def logout(key: str = Depends(scheme)) -> None:
    db.execute("DELETE FROM keys WHERE key = ?", (key,))
