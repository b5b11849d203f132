"""python-jose, with a list of tokens that are valid."""

import sqlite3
from datetime import UTC, datetime, timedelta

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import JWTError, jwt

SECRET = "a secret of more than thirty-two bytes"
scheme = OAuth2PasswordBearer(tokenUrl="login")
app = FastAPI()
db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS valid (jti TEXT PRIMARY KEY)")


def claims_of(token: str = Depends(scheme)) -> dict:
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except JWTError:
        raise HTTPException(401) from None
    if db.execute("SELECT jti FROM valid WHERE jti = ?", (claims["jti"],)).fetchone() is None:
        raise HTTPException(401)
    return claims


@app.post("/login")
def login() -> dict:
    now = datetime.now(UTC)
    claims = {"sub": "ada", "jti": now.isoformat(), "exp": now + timedelta(minutes=30)}
    db.execute("INSERT OR REPLACE INTO valid VALUES (?)", (claims["jti"],))
    return {"token": jwt.encode(claims, SECRET, algorithm="HS256")}


@app.get("/me")
def me(claims: dict = Depends(claims_of)) -> str:
    return claims["sub"]


@app.post("/logout")
def logout(claims: dict = Depends(claims_of)) -> None:
    db.execute("DELETE FROM valid WHERE jti = ?", (claims["jti"],))
