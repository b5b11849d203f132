from __future__ import annotations

from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import Mount, Route

from . import aanmelden, aanvragen, balie, instellingen, koppelingen
from .opslag import database
from .wie import SessieBackend


@asynccontextmanager
async def levensduur(app):
    await database.connect()
    yield
    await database.disconnect()


balie_app = Starlette(
    routes=balie.routes,
    middleware=[
        Middleware(SessionMiddleware, secret_key=str(instellingen.GEHEIM), session_cookie="balie", https_only=False),
    ],
)

app = Starlette(
    debug=instellingen.DEBUG,
    lifespan=levensduur,
    routes=[
        Route("/aanmelden", aanmelden.Aanmelden),
        Route("/aanmelden/terug", aanmelden.terug),
        Route("/afmelden", aanmelden.afmelden, methods=["POST"]),
        Route("/overal-afmelden", aanmelden.overal_afmelden, methods=["POST"]),
        Route("/wachtwoord/vergeten", aanmelden.vergeten, methods=["POST"]),
        Route("/wachtwoord/nieuw", aanmelden.nieuw_wachtwoord, methods=["POST"]),
        Route("/wachtwoord/wijzigen", aanmelden.wijzigen, methods=["POST"]),
        Route("/inloglink", aanmelden.inloglink),
        Mount("/aanvragen", routes=aanvragen.routes),
        Mount("/koppelingen", routes=koppelingen.routes),
        Mount("/balie", app=balie_app),
    ],
    middleware=[
        Middleware(
            CORSMiddleware,
            allow_origins=instellingen.TOEGESTANE_HERKOMST,
            allow_credentials=True,
            allow_methods=["GET", "POST"],
        ),
        Middleware(SessionMiddleware, secret_key=str(instellingen.FORMULIERSLEUTEL), session_cookie="formulier", https_only=True),
        Middleware(AuthenticationMiddleware, backend=SessieBackend()),
    ],
)
