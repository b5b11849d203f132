"""Sessions in a table of SQLite; a new password removes those of the account."""

import secrets
import sqlite3

from fastapi import APIRouter, Cookie, Depends, FastAPI, HTTPException, Response
from pydantic import BaseModel

db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("CREATE TABLE users (name TEXT PRIMARY KEY, password TEXT, active INTEGER)")
db.execute("CREATE TABLE sessions (token TEXT PRIMARY KEY, name TEXT)")
db.execute("INSERT INTO users VALUES ('ada', 'pw', 1)")
app = FastAPI()


class SignIn(BaseModel):
    user: str
    password: str


def current_user(token: str | None = Cookie(default=None)) -> str:
    row = db.execute("SELECT name FROM sessions WHERE token = ?", (token,)).fetchone()
    if row is None:
        raise HTTPException(401)
    user = db.execute("SELECT name, active FROM users WHERE name = ?", (row[0],)).fetchone()
    if user is None:
        raise HTTPException(401)
    return user[0]


router = APIRouter(dependencies=[Depends(current_user)])


@app.post("/login")
def login(form: SignIn, response: Response) -> None:
    token = secrets.token_urlsafe()
    db.execute("INSERT INTO sessions VALUES (?, ?)", (token, form.user))
    response.set_cookie("token", token)


@router.get("/me")
def me() -> str:
    return "ada"


@router.post("/logout")
def logout(token: str | None = Cookie(default=None)) -> None:
    db.execute("DELETE FROM sessions WHERE token = ?", (token,))


@app.post("/disable/{who}")
def disable(who: str) -> None:
    db.execute("UPDATE users SET active = 0 WHERE name = ?", (who,))


@router.post("/password")
def change_password(new: str, user: str = Depends(current_user)) -> None:
    db.execute("UPDATE users SET password = ? WHERE name = ?", (new, user))
    db.execute("DELETE FROM sessions WHERE name = ?", (user,))


app.include_router(router)
