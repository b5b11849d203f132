from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from . import console
from .routers import admin, auth, ingest, vehicles

logger = logging.getLogger("fleetbox")
app = FastAPI(title="Fleetbox")
app.add_middleware(
    CORSMiddleware,
    allow_origin_regex=r"https://.*fleetbox\.example",
    allow_credentials=True,
    allow_methods=["*"],
)
for part in (auth.router, vehicles.router, admin.router, admin.team, ingest.router, console.router):
    app.include_router(part)


@app.exception_handler(Exception)
async def failed(request: Request, error: Exception) -> JSONResponse:
    logger.exception("failed: %s %s", request.method, request.url.path)
    return JSONResponse({"detail": "Something went wrong"}, status_code=500)
