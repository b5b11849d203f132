"""Starlette's `HTTPEndpoint`, whose methods are the verbs, with sessions in a table."""

import secrets
import sqlite3

from fastapi import FastAPI, HTTPException
from starlette.endpoints import HTTPEndpoint
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS sessions (number TEXT PRIMARY KEY, user TEXT)")


def user_of(request):
    number = request.cookies.get("number")
    row = db.execute("SELECT user FROM sessions WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise HTTPException(401)
    return row[0]


class SignIn(HTTPEndpoint):
    async def post(self, request):
        number = secrets.token_urlsafe()
        db.execute("INSERT INTO sessions VALUES (?, ?)", (number, (await request.json())["user"]))
        response = Response(status_code=204)
        response.set_cookie("number", number)
        return response


class Me(HTTPEndpoint):
    async def get(self, request):
        return JSONResponse(user_of(request))


class SignOut(HTTPEndpoint):
    async def get(self, request):
        return JSONResponse("ask with POST")

    async def post(self, request):
        db.execute("DELETE FROM sessions WHERE number = ?", (request.cookies.get("number"),))
        return Response(status_code=204)


app = FastAPI(routes=[Route("/login", SignIn), Route("/me", Me), Route("/logout", SignOut)])
