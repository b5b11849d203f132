from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sanic import Blueprint, Request, empty, json
from sanic.exceptions import BadRequest, Unauthorized

from yard.access import signed_in
from yard.codes import pairing_code
from yard.mongo import utcnow
from yard.visits import COOKIE, hashed, set_cookie

bp = Blueprint("entrance", url_prefix="/entrance")
passwords = PasswordHasher()
STRANGER = passwords.hash("nobody at all")


async def checked(request: Request) -> dict:
    login, typed = str(request.json["login"]), str(request.json["password"])
    worker = await request.app.ctx.db.workers.find_one({"login": login})
    try:
        passwords.verify(worker["password"] if worker else STRANGER, typed)
    except VerifyMismatchError:
        raise Unauthorized("Login or password is wrong.") from None
    if worker is None or worker.get("left"):
        raise Unauthorized("Login or password is wrong.")
    return worker


@bp.post("/gate")
async def choose_gate(request: Request):
    visits, gate = request.app.ctx.visits, str(request.json["gate"])
    if request.ctx.visit is None:
        return set_cookie(empty(), await visits.open(gate=gate))
    await visits.visits.update_one({"_id": request.ctx.visit["_id"]}, {"$set": {"gate": gate}})
    return empty()


@bp.post("/sign-in")
async def sign_in(request: Request):
    worker = await checked(request)
    number = request.ctx.number
    if request.ctx.visit is None:
        number = await request.app.ctx.visits.open()
    await request.app.ctx.visits.admit(number, worker)
    return set_cookie(json({"name": worker["name"], "duties": worker["duties"]}), number)


@bp.post("/pairing")
@signed_in
async def start_pairing(request: Request):
    return json({"code": await pairing_code(request.app.ctx.db, request.ctx.worker)})


@bp.post("/handheld")
async def handheld(request: Request):
    db = request.app.ctx.db
    pairing = await db.pairings.find_one_and_delete(
        {"_id": hashed(str(request.json["code"])), "until": {"$gt": utcnow()}}
    )
    worker = await db.workers.find_one({"_id": pairing["worker"], "left": {"$exists": False}}) if pairing else None
    if worker is None:
        raise Unauthorized("This code is not good.")
    number = await request.app.ctx.visits.swap(request.ctx.number, worker)
    return set_cookie(json({"name": worker["name"]}), number)


@bp.post("/sign-out")
@signed_in
async def sign_out(request: Request):
    await request.app.ctx.visits.close(request.ctx.number)
    response = empty()
    response.delete_cookie(COOKIE, path="/")
    return response


@bp.post("/password")
@signed_in
async def new_password(request: Request):
    db, me = request.app.ctx.db, request.ctx.worker
    worker = await db.workers.find_one({"_id": me})
    try:
        passwords.verify(worker["password"], str(request.json["current"]))
    except VerifyMismatchError:
        raise BadRequest("That is not your present password.") from None
    await db.workers.update_one({"_id": me}, {"$set": {"password": passwords.hash(str(request.json["new"]))}})
    await request.app.ctx.visits.close_all(me)
    return set_cookie(empty(), await request.app.ctx.visits.swap(None, worker))
