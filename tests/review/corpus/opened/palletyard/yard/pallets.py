from sanic import Blueprint, Request, empty, json
from sanic.exceptions import NotFound, SanicException
from sanic.views import HTTPMethodView

from yard.access import carrier_of, chosen_company, company_of, duty, signed_in
from yard.codes import pallet_label
from yard.mongo import utcnow

bp = Blueprint("pallets", url_prefix="/pallets")
SHOWN = {"_id": 0, "label": 1, "goods": 1, "row": 1, "blocked": 1}


class Pallets(HTTPMethodView):
    decorators = [signed_in]

    async def get(self, request: Request):
        company = company_of(request)
        found = request.app.ctx.db.pallets.find({"company": company}, SHOWN).sort("row")
        return json(await found.to_list(500))

    async def post(self, request: Request):
        card = {
            "company": request.ctx.visit["company"],
            "label": pallet_label(),
            "goods": str(request.json["goods"]),
            "row": int(request.json["row"]),
        }
        await request.app.ctx.db.pallets.insert_one({**card, "arrived": utcnow()})
        return json({"label": card["label"]}, status=201)


@bp.get("/stocktaking")
@signed_in
async def stocktaking(request: Request):
    company = await chosen_company(request)
    rows = request.app.ctx.db.pallets.aggregate(
        [{"$match": {"company": company}}, {"$group": {"_id": "$goods", "pallets": {"$sum": 1}}}]
    )
    return json({row["_id"]: row["pallets"] async for row in rows})


async def pallet_of(request: Request, label: str) -> dict:
    pallet = await request.app.ctx.db.pallets.find_one({"company": request.ctx.visit["company"], "label": label})
    if pallet is None:
        raise NotFound()
    return pallet


@bp.put("/<label:str>/hold")
@duty("quality")
async def hold(request: Request, label: str):
    """Customs and quality keep a pallet from leaving."""
    pallet = await pallet_of(request, label)
    await request.app.ctx.db.pallets.update_one(
        {"_id": pallet["_id"]}, {"$set": {"blocked": str(request.json["reason"])}}
    )
    return empty()


@bp.delete("/<label:str>/hold")
@signed_in
async def release(request: Request, label: str):
    pallet = await pallet_of(request, label)
    await request.app.ctx.db.pallets.update_one({"_id": pallet["_id"]}, {"$unset": {"blocked": ""}})
    return empty()


class Writeoff(HTTPMethodView):
    decorators = [duty("quality")]

    async def post(self, request: Request, label: str):
        pallet = await pallet_of(request, label)
        await request.app.ctx.db.losses.insert_one({"pallet": pallet["_id"], "by": request.ctx.worker})
        return empty()

    async def delete(self, request: Request, label: str):
        pallet = await pallet_of(request, label)
        await request.app.ctx.db.losses.delete_many({"pallet": pallet["_id"]})
        return empty()


@bp.post("/announce")
async def announce(request: Request):
    carrier = await carrier_of(request)
    if len(request.json["goods"]) > 40:
        raise SanicException("A lorry holds forty pallets.", status_code=422)
    await request.app.ctx.db.lorries.insert_one(
        {"company": carrier["company"], "carrier": carrier["_id"], "goods": request.json["goods"], "at": utcnow()}
    )
    return empty(status=202)


bp.add_route(Pallets.as_view(), "/")
bp.add_route(Writeoff.as_view(), "/<label:str>/writeoff")
