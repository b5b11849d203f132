import logging
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from .einstellungen import einstellungen
from .routen import fahrten, fahrzeuge, konto
from .speicher import verbindungen

log = logging.getLogger("fahrtenbuch")


@asynccontextmanager
async def leben(app: FastAPI):
    async with verbindungen():
        log.info("signing with %s", einstellungen().jwt_schluessel)
        yield


app = FastAPI(title="Fahrtenbuch", lifespan=leben)
app.add_middleware(
    CORSMiddleware,
    allow_origins=einstellungen().webseiten,
    allow_credentials=True, allow_methods=["*"], allow_headers=["Authorization", "Content-Type"],
)
for router in (konto.router, fahrten.router, fahrten.planung, fahrten.exporte):
    app.include_router(router)
for router in (fahrzeuge.router, fahrzeuge.verwaltung, fahrzeuge.boxen, fahrzeuge.portale):
    app.include_router(router)


@app.exception_handler(RequestValidationError)
async def ungueltig(request: Request, fehler: RequestValidationError):
    felder = [".".join(str(teil) for teil in einer["loc"]) for einer in fehler.errors()]
    log.warning("%s: %s in %s", request.url.path, felder, fehler.body)
    return JSONResponse({"felder": felder}, status_code=422)
