"""The HTTP side, in Bottle: agents and hooks with keys, people with a session."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
from functools import wraps

import jwt
from bottle import Bottle, HTTPError, redirect, request, response

from . import db, keys, settings, worker

log = logging.getLogger("conveyor.web")
app = Bottle()
LIFE = 8 * 3600
COOKIE = "conveyor"


def session_of() -> dict | None:
    sid = request.get_cookie(COOKIE)
    if not sid:
        return None
    return db.fetch_one(
        "SELECT s.id, p.id AS person, p.name, p.is_operator FROM console_sessions s JOIN people p ON p.id = s.person_id"
        " WHERE s.sid_digest = %s AND s.until > now()",
        keys.digest(sid),
    )


def person(view):
    @wraps(view)
    def inner(*args, **kwargs):
        request.person = session_of()
        if request.person is None:
            raise HTTPError(401)
        return view(*args, **kwargs)

    return inner


def operator(view):
    @wraps(view)
    def inner(*args, **kwargs):
        request.person = session_of()
        if request.person is None or not request.person["is_operator"]:
            raise HTTPError(403)
        return view(*args, **kwargs)

    return inner


def agent(view):
    @wraps(view)
    def inner(*args, **kwargs):
        token = (request.get_header("Authorization") or "").removeprefix("Bearer ")
        try:
            request.agent = keys.read_agent_token(token)
        except jwt.PyJWTError:
            log.warning("agent refused, header was %r", request.get_header("Authorization"))
            raise HTTPError(401) from None
        return view(*args, **kwargs)

    return inner


@app.get("/sign-in")
def form():
    if not request.get_cookie(COOKIE):
        response.set_cookie(COOKIE, secrets.token_urlsafe(32), secure=True, httponly=True, samesite="lax", path="/")
    return "<form method=post>…</form>"


@app.post("/sign-in")
def sign_in():
    found = db.fetch_one("SELECT id, password FROM people WHERE name = %s", request.forms.getunicode("name"))
    good = keys.verify(found["password"] if found else keys.NOBODY, request.forms.getunicode("password"))
    if found is None or not good:
        raise HTTPError(401, "Name or password is wrong.")
    sid = request.get_cookie(COOKIE) or secrets.token_urlsafe(32)
    db.run(
        "INSERT INTO console_sessions (sid_digest, person_id, until) VALUES (%s, %s, now() + interval '8 hours')",
        keys.digest(sid),
        found["id"],
    )
    response.set_cookie(COOKIE, sid, secure=True, httponly=True, samesite="lax", path="/", max_age=LIFE)
    redirect("/jobs")


@app.post("/sign-in/once")
def sign_in_once():
    row = db.fetch_one(
        "DELETE FROM once WHERE digest = %s AND until > now() RETURNING person_id", keys.digest(request.forms.token or "")
    )
    if row is None:
        raise HTTPError(401, "This is no longer good.")
    db.run("DELETE FROM console_sessions WHERE sid_digest = %s", keys.digest(request.get_cookie(COOKIE) or ""))
    sid = secrets.token_urlsafe(32)
    db.run(
        "INSERT INTO console_sessions (sid_digest, person_id, until) VALUES (%s, %s, now() + interval '8 hours')",
        keys.digest(sid),
        row["person_id"],
    )
    response.set_cookie(COOKIE, sid, secure=True, path="/", max_age=LIFE)
    redirect(request.forms.next or "/jobs")


@app.post("/once")
def ask_once():
    found = db.fetch_one("SELECT id FROM people WHERE name = %s", request.forms.getunicode("name"))
    if found is None:
        raise HTTPError(404, "Nobody has this name.")
    token = secrets.token_urlsafe(24)
    db.run(
        "INSERT INTO once (digest, person_id, until) VALUES (%s, %s, now() + interval '10 minutes')",
        keys.digest(token),
        found["id"],
    )
    worker.queue.rpush("mails", json.dumps({"person": found["id"], "token": token}))
    return {"ok": True}


@app.post("/sign-out")
@person
def sign_out():
    db.run("DELETE FROM console_sessions WHERE id = %s", request.person["id"])
    response.delete_cookie(COOKIE, path="/")
    redirect("/sign-in")


@app.post("/password")
@person
def password():
    found = db.fetch_one("SELECT password FROM people WHERE id = %s", request.person["person"])
    if not keys.verify(found["password"], request.forms.getunicode("old")):
        raise HTTPError(403)
    db.run(
        "UPDATE people SET password = %s WHERE id = %s",
        keys.hasher.hash(request.forms.getunicode("new")),
        request.person["person"],
    )
    return {"ok": True}


@app.get("/jobs")
@person
def jobs():
    conditions = []
    if request.query.state:
        conditions.append(f"state = '{request.query.state}'")
    return {"jobs": db.jobs_where(conditions, request.person["person"])}


@app.get("/jobs/statistics")
@person
def statistics():
    rows = worker.statistics(request.person["person"], request.query.label)
    return {"rows": [list(row.values()) for row in rows]}


@app.delete("/jobs/<job_id:int>")
@person
def delete_job(job_id):
    if not db.run("DELETE FROM jobs WHERE id = %s AND owner_id = %s", job_id, request.person["person"]):
        raise HTTPError(404)
    return {"ok": True}


@app.get("/jobs/<job_id:int>/output")
@person
def output(job_id):
    row = db.fetch_one("SELECT output FROM job_outputs WHERE job_id = %s", job_id)
    if row is None:
        raise HTTPError(404)
    return {"output": row["output"]}


@app.post("/jobs/<job_id:int>/result")
def result(job_id):
    row = db.fetch_one("SELECT secret_digest FROM jobs WHERE id = %s", job_id)
    given = request.get_header("X-Job-Secret") or ""
    if row is None or not hmac.compare_digest(row["secret_digest"] or "-", keys.digest(given)):
        raise HTTPError(403)
    db.run("UPDATE jobs SET result = %s WHERE id = %s", json.dumps(request.json), job_id)
    return {"ok": True}


@app.post("/agents/<agent_id:int>/pool")
@operator
def move_agent(agent_id):
    db.run("UPDATE agents SET pool = %s WHERE id = %s", request.json["pool"], agent_id)
    return {"ok": True}


@app.post("/agents/<agent_id:int>/drain")
@operator
def drain_agent(agent_id):
    db.run("UPDATE agents SET draining = true WHERE id = %s", agent_id)
    return {"ok": True}


@app.delete("/agents/<agent_id:int>")
def remove_agent(agent_id):
    db.run("DELETE FROM agents WHERE id = %s", agent_id)
    return {"ok": True}


@app.post("/agents/ping")
@agent
def ping():
    db.run("UPDATE agents SET seen = now() WHERE id = %s", request.agent)
    return {"ok": True}


@app.post("/hooks/repository")
def repository_hook():
    body = request.body.read()
    if not keys.hook_is_ours(body, request.get_header("X-Hook-Mac") or ""):
        raise HTTPError(403)
    worker.queue.rpush("jobs", body)
    return {"ok": True}


@app.get("/hooks/check")
def check_hook():
    if request.query.key != settings.HOOK_KEY:
        raise HTTPError(403)
    return {"ok": True}


@app.get("/static/version")
def version():
    tag = hashlib.md5(json.dumps({"log": settings.LOG_LEVEL}).encode()).hexdigest()
    response.set_header("ETag", tag)
    return {"version": tag[:8]}
