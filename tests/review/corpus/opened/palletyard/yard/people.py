"""Workers of a company: they look after their own card, the foreman after the rest."""

from bson import ObjectId
from bson.errors import InvalidId
from sanic import Blueprint, Request, empty, json
from sanic.exceptions import NotFound
from sanic.views import HTTPMethodView

from yard.access import duty, signed_in
from yard.codes import carrier_key
from yard.mongo import utcnow
from yard.visits import hashed

bp = Blueprint("people", url_prefix="/people")
EDITABLE = {"name", "phone", "gloves", "language"}


def number(text: str) -> ObjectId:
    try:
        return ObjectId(text)
    except InvalidId:
        raise NotFound() from None


class OwnCard(HTTPMethodView):
    decorators = [signed_in]

    async def get(self, request: Request):
        card = await request.app.ctx.db.workers.find_one({"_id": request.ctx.worker}, {"_id": 0, "password": 0})
        return json(card)

    async def patch(self, request: Request):
        changes = {key: value for key, value in request.json.items() if key not in {"_id", "password"}}
        await request.app.ctx.db.workers.update_one({"_id": request.ctx.worker}, {"$set": changes})
        return empty()


class WorkerCard(HTTPMethodView):
    decorators = [duty("foreman")]

    async def patch(self, request: Request, worker: str):
        changes = {key: request.json[key] for key in EDITABLE & request.json.keys()}
        done = await request.app.ctx.db.workers.update_one(
            {"_id": number(worker), "company": request.ctx.visit["company"]}, {"$set": changes}
        )
        if not done.matched_count:
            raise NotFound()
        return empty()

    async def delete(self, request: Request, worker: str):
        """Somebody leaves the company."""
        done = await request.app.ctx.db.workers.update_one(
            {"_id": number(worker), "company": request.ctx.visit["company"]}, {"$set": {"left": utcnow()}}
        )
        if not done.matched_count:
            raise NotFound()
        return empty()


@bp.post("/carriers")
@duty("foreman")
async def new_carrier(request: Request):
    key = carrier_key()
    card = {"company": request.ctx.visit["company"], "name": str(request.json["name"]), "key": hashed(key)}
    result = await request.app.ctx.db.carriers.insert_one({**card, "since": utcnow(), "withdrawn": False})
    return json({"id": str(result.inserted_id), "key": key}, status=201)


@bp.post("/carriers/<carrier:str>/withdraw")
@duty("foreman")
async def withdraw(request: Request, carrier: str):
    done = await request.app.ctx.db.carriers.update_one(
        {"_id": number(carrier), "company": request.ctx.visit["company"]}, {"$set": {"withdrawn": True}}
    )
    if not done.matched_count:
        raise NotFound()
    return empty()


bp.add_route(OwnCard.as_view(), "/me")
bp.add_route(WorkerCard.as_view(), "/<worker:str>")
