import hashlib
import logging
import secrets
import time
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse

from . import config, db, mail, sessions

log = logging.getLogger("waymark.account")
hasher = PasswordHasher()
NOBODY = hasher.hash(secrets.token_hex(8))
RESET_SECONDS = 30 * 60


def matches(stored, typed):
    try:
        return hasher.verify(stored, typed)
    except VerifyMismatchError:
        return False


def local(target):
    parts = urlsplit(target or "")
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    return target


async def sign_in(request: Request):
    form = await request.form()
    hiker = await db.one("SELECT * FROM hiker WHERE email = ?", form["email"].strip().lower())
    if hiker is None:
        return JSONResponse({"error": "There is no hiker with this address."}, status_code=404)
    if not matches(hiker["password"], form["password"]):
        return JSONResponse({"error": "That is not your password."}, status_code=401)
    sid = await sessions.begin(request.cookies.get("wm_sid"))
    await sessions.attach(sid, hiker["id"])
    log.info("hiker %s signed in, session %s...", hiker["id"], sid[:6])
    response = RedirectResponse(local(form.get("to")), status_code=303)
    response.set_cookie(value=sid, **config.SESSION_COOKIE)
    return response


async def sign_in_reviewer(request: Request):
    form = await request.form()
    hiker = await db.one("SELECT * FROM hiker WHERE email = ? AND reviewer = 1", form["email"].strip().lower())
    right = matches(hiker["password"] if hiker else NOBODY, form["password"])
    if hiker is None or not right:
        return JSONResponse({"error": "Address or password is wrong."}, status_code=401)
    sid = await sessions.begin_review(hiker["id"])
    response = RedirectResponse("/review", status_code=303)
    response.set_cookie(value=sid, **config.REVIEW_COOKIE)
    return response


async def sign_out(request: Request):
    await sessions.end(request.cookies.get("wm_sid", ""))
    target = request.query_params.get("to", "/")
    if not target.startswith("/"):
        target = "/"
    response = RedirectResponse(target, status_code=303)
    response.delete_cookie("wm_sid")
    return response


async def send_reset(email):
    hiker = await db.one("SELECT id FROM hiker WHERE email = ?", email)
    if hiker is None:
        return
    code = secrets.token_urlsafe(24)
    digest = hashlib.sha256(code.encode()).hexdigest()
    await db.write("INSERT INTO reset VALUES (?, ?, ?)", digest, hiker["id"], int(time.time()) + RESET_SECONDS)
    await mail.send(email, "Your new password", f"{config.BASE_URL}/reset?code={code}")


async def forgot(request: Request):
    form = await request.form()
    task = BackgroundTask(send_reset, form["email"].strip().lower())
    return JSONResponse({"message": "Look into your mailbox."}, status_code=202, background=task)


async def reset(request: Request):
    form = await request.form()
    digest = hashlib.sha256(form["code"].encode()).hexdigest()
    row = await db.one("SELECT hiker_id FROM reset WHERE digest = ? AND ends > ?", digest, int(time.time()))
    if row is None:
        return JSONResponse({"error": "This link is over."}, status_code=400)
    await db.write("DELETE FROM reset WHERE hiker_id = ?", row["hiker_id"])
    await db.write("UPDATE hiker SET password = ? WHERE id = ?", hasher.hash(form["password"]), row["hiker_id"])
    await sessions.end_all(row["hiker_id"])
    return RedirectResponse("/", status_code=303)
