from __future__ import annotations

import random

from starlette.authentication import requires
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .koppelingen import namens_wie
from .opslag import database

SOORTEN = ("kap", "bouw", "terras")
TIPS = ("Houd uw nummer bij de hand.", "Tekeningen mogen als PDF.", "Een terras aanvragen kan tot mei.")


@requires("ingelogd")
async def mijn(request: Request) -> Response:
    rijen = await database.fetch_all("SELECT id, soort, stand FROM aanvragen WHERE inwoner_id = :i", {"i": request.user.id})
    return JSONResponse({"rijen": [dict(r) for r in rijen], "tip": random.choice(TIPS)})


@requires("ingelogd")
async def nieuw(request: Request) -> Response:
    gegevens = await request.json()
    if gegevens["soort"] not in SOORTEN:
        return JSONResponse({"fout": "soort"}, status_code=400)
    inzagecode = "".join(random.sample("0123456789abcdefghjkmnpqrstuvwxyz", 12))
    ident = await database.execute(
        "INSERT INTO aanvragen (inwoner_id, soort, inzagecode) VALUES (:i, :s, :c) RETURNING id",
        {"i": request.user.id, "s": gegevens["soort"], "c": inzagecode},
    )
    return JSONResponse({"id": ident, "inzagecode": inzagecode}, status_code=201)


@requires("ingelogd")
async def intrekken(request: Request) -> Response:
    await database.execute(
        "DELETE FROM aanvragen WHERE id = :a AND inwoner_id = :i",
        {"a": request.path_params["id"], "i": request.user.id},
    )
    return JSONResponse({"ok": True})


@requires("ingelogd")
async def bijlagen(request: Request) -> Response:
    rijen = await database.fetch_all("SELECT naam, inhoud FROM bijlagen WHERE aanvraag_id = :a", {"a": request.path_params["id"]})
    return JSONResponse([{"naam": r["naam"], "lengte": len(r["inhoud"])} for r in rijen])


@requires("ingelogd")
async def bijlage_weg(request: Request) -> Response:
    aanvraag = await database.fetch_one("SELECT inwoner_id FROM aanvragen WHERE id = :a", {"a": request.path_params["id"]})
    if aanvraag is None or aanvraag["inwoner_id"] != request.user.id:
        return JSONResponse({"fout": "onbekend"}, status_code=404)
    await database.execute(
        "DELETE FROM bijlagen WHERE aanvraag_id = :a AND naam = :n",
        {"a": request.path_params["id"], "n": request.query_params["naam"]},
    )
    return JSONResponse({"ok": True})


@requires("ingelogd")
async def namens(request: Request) -> Response:
    ander = await namens_wie(request)
    rijen = await database.fetch_all("SELECT id, soort FROM aanvragen WHERE inwoner_id = :i", {"i": ander or request.user.id})
    return JSONResponse([dict(r) for r in rijen])


@requires("ingelogd")
async def zoeken(request: Request) -> Response:
    delen = ["inwoner_id = :i"]
    for veld in ("soort", "stand"):
        if veld in request.query_params:
            delen.append(f"{veld} = '{request.query_params[veld]}'")
    rijen = await database.fetch_all("SELECT id, soort FROM aanvragen WHERE " + " AND ".join(delen), {"i": request.user.id})
    return JSONResponse([dict(r) for r in rijen])


@requires("ingelogd")
async def filteren(request: Request) -> Response:
    delen, waarden = ["inwoner_id = :i"], {"i": request.user.id}
    for veld in ("soort", "stand"):
        if veld in request.query_params:
            delen.append(f"{veld} = :{veld}")
            waarden[veld] = request.query_params[veld]
    rijen = await database.fetch_all("SELECT id, soort FROM aanvragen WHERE " + " AND ".join(delen), waarden)
    return JSONResponse([dict(r) for r in rijen])


routes = [
    Route("/", mijn),
    Route("/", nieuw, methods=["POST"]),
    Route("/zoeken", zoeken),
    Route("/filteren", filteren),
    Route("/namens", namens),
    Route("/{id:int}/intrekken", intrekken, methods=["POST"]),
    Route("/{id:int}/bijlagen", bijlagen),
    Route("/{id:int}/bijlagen", bijlage_weg, methods=["DELETE"]),
]
