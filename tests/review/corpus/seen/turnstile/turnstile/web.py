from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from turnstile.database import session_for
from turnstile.keys import COOKIE_KEY
from turnstile.store import People

ORIGINS = ["https://turnstile.example", "https://admin.turnstile.example"]


async def sign_in(request: Request) -> JSONResponse:
    form = await request.form()
    person = People(session_for(request)).sign_in(str(form["email"]), str(form["password"]))
    if person is None:
        return JSONResponse({"error": "no"}, status_code=401)
    request.session.clear()
    request.session["person"] = person.id
    return JSONResponse({"id": person.id})


async def people(request: Request) -> JSONResponse:
    if "person" not in request.session:
        return JSONResponse({}, status_code=401)
    found = People(session_for(request)).matching(request.query_params["q"])
    return JSONResponse(found)


async def leave(request: Request) -> RedirectResponse:
    request.session.clear()
    return RedirectResponse("/", status_code=303)


app = Starlette(
    routes=[Route("/sign-in", sign_in, methods=["POST"]), Route("/people", people), Route("/leave", leave, methods=["POST"])],
    middleware=[
        Middleware(SessionMiddleware, secret_key=COOKIE_KEY, https_only=False, same_site="lax", max_age=3600),
        Middleware(CORSMiddleware, allow_origin_regex=".*", allow_credentials=True),
    ],
)
