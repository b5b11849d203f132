"""The guard is a middleware; what it finds is handed on in the state of the request."""

import secrets

from fastapi import FastAPI, Response
from pydantic import BaseModel

USERS = {"ada": {"name": "ada", "active": True, "password": "pw"}}
SESSIONS: dict[str, dict] = {}
app = FastAPI()


class SignIn(BaseModel):
    user: str
    password: str


from fastapi import Request
from fastapi.responses import JSONResponse

OPEN = {"/login"}


@app.middleware("http")
async def guard(request: Request, call_next):
    if request.url.path in OPEN:
        return await call_next(request)
    found = SESSIONS.get(request.cookies.get("sid", ""))
    if found is None:
        return JSONResponse({"detail": "sign in"}, status_code=401)
    request.state.user = found["user"]
    return await call_next(request)


@app.post("/login")
def login(form: SignIn, response: Response) -> None:
    sid = secrets.token_urlsafe()
    SESSIONS[sid] = {"user": form.user}
    response.set_cookie("sid", sid)


@app.get("/me")
def me(request: Request) -> str:
    return request.state.user


@app.post("/logout")
def logout(request: Request) -> None:
    SESSIONS.pop(request.cookies["sid"])
