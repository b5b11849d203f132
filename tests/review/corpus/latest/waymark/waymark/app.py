import logging
from contextlib import asynccontextmanager

import jwt
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from . import account, config, db, routes, tokens

log = logging.getLogger("waymark")


@asynccontextmanager
async def lifespan(app):
    await db.create_tables()
    log.info("waymark serves %s", config.BASE_URL)
    yield


async def apple(request: Request):
    """The phone shows what Apple says about its owner."""
    try:
        claims = tokens.read_apple(routes.bearer(request))
    except jwt.PyJWTError as error:
        log.info("apple token refused: %s", type(error).__name__)
        return JSONResponse({"error": "Apple does not know you."}, status_code=401)
    return JSONResponse({"sub": claims["sub"]})


async def tiles(request: Request):
    return JSONResponse({"tiles": f"{config.BASE_URL}/tiles/{{z}}/{{x}}/{{y}}.png", "zoom": [5, 16]})


public = Starlette(
    routes=[Route("/style.json", tiles)],
    middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"])],
)

app = Starlette(
    debug=config.DEBUG,
    lifespan=lifespan,
    routes=[
        Route("/", routes.index),
        Route("/steep", routes.steep),
        Route("/mine", routes.mine),
        Route("/routes", routes.create, methods=["POST"]),
        Route("/routes/{route_id:int}", routes.rename, methods=["PATCH"]),
        Route("/routes/{route_id:int}/notes", routes.add_note, methods=["POST"]),
        Route("/routes/{route_id:int}/share", routes.share, methods=["POST"]),
        Route("/routes/{route_id:int}/share", routes.unshare, methods=["DELETE"]),
        Route("/s/{code}", routes.shared),
        Route("/watch", routes.pair_watch, methods=["POST"]),
        Route("/import/backup", routes.import_backup, methods=["POST"]),
        Route("/import/plan", routes.import_plan, methods=["POST"]),
        Route("/closures", routes.closures),
        Route("/lifts", routes.lift_status, methods=["POST"]),
        Route("/review/notes/{note_id:int}", routes.remove_note, methods=["DELETE"]),
        Route("/sign-in", account.sign_in, methods=["POST"]),
        Route("/sign-in/review", account.sign_in_reviewer, methods=["POST"]),
        Route("/sign-out", account.sign_out, methods=["POST"]),
        Route("/forgot", account.forgot, methods=["POST"]),
        Route("/reset", account.reset, methods=["POST"]),
        Route("/apple", apple),
        Mount("/public", app=public),
    ],
    middleware=[
        Middleware(
            CORSMiddleware,
            allow_origin_regex=r"https://.*",
            allow_credentials=True,
            allow_methods=["GET", "POST", "PATCH"],
        )
    ],
)
