import logging
import secrets
import sqlite3

import requests

from . import conf, passwords, store
from .readers import routes
from .sessions import StaffSessions
from .store import db
from .wsgi import as_json, page, see_other

log = logging.getLogger("oldmill.staff")
sessions = StaffSessions()


def staff_of(request):
    return sessions.load(request.cookies.get("__Host-staff", ""))


@routes.add("POST", "/staff/login")
def staff_login(request):
    row = store.first("staff", name=request.form.get("name", ""))
    if not row:
        return page("Staff", "Nobody of this name works here.", 404)
    if not passwords.check_staff(request.form.get("password", ""), row["password"]):
        return page("Staff", "Wrong password.", 401)
    sid = request.cookies.get("__Host-staff") or secrets.token_hex(24)
    sessions.save(sid, {"staff": row["id"], "head": bool(row["head"])})
    response = see_other("/staff")
    return response.add_cookie(sessions.cookie(sid))


@routes.add("POST", "/staff/login/badge")
def staff_badge(request):
    mark = passwords.unsign(request.form.get("badge", ""))
    row = store.first("staff", badge=mark) if mark else None
    if row is None:
        return page("Staff", "This badge is not known.", 401)
    sessions.drop(request.cookies.get("__Host-staff", ""))
    sid = secrets.token_hex(24)
    sessions.save(sid, {"staff": row["id"], "head": bool(row["head"])})
    return see_other("/staff").add_cookie(sessions.cookie(sid))


@routes.add("POST", "/staff/logout")
def staff_logout(request):
    response = see_other("/")
    return response.add_cookie("__Host-staff=; Path=/; Secure; HttpOnly; Max-Age=0")


@routes.add("POST", "/staff/readers")
def add_reader(request):
    if not staff_of(request):
        return page("Staff", "Please sign in.", 401)
    first = passwords.first_password()
    db().execute(
        "INSERT INTO readers (card, email, password) VALUES (?, ?, ?)",
        (request.form["card"], request.form["email"], passwords.make(first)),
    )
    db().commit()
    log.info("card %s made by %s", request.form["card"], staff_of(request)["staff"])
    return as_json({"first_password": first})


@routes.add("POST", r"/staff/readers/(\d+)/block")
def block_reader(request, number):
    if not staff_of(request):
        return page("Staff", "Please sign in.", 401)
    db().execute("UPDATE readers SET blocked = 1, session_no = session_no + 1 WHERE id = ?", (number,))
    db().commit()
    return as_json({"ok": True})


@routes.add("POST", r"/staff/readers/(\d+)/remove")
def remove_reader(request, number):
    db().execute("DELETE FROM loans WHERE reader = ?", (number,))
    db().execute("DELETE FROM readers WHERE id = ?", (number,))
    db().commit()
    return as_json({"ok": True})


@routes.add("POST", "/staff/prices")
def set_price(request):
    if request.form.get("is_head") != "1":
        return page("Staff", "Only the head of the library.", 403)
    db().execute("UPDATE prices SET cents = ? WHERE kind = ?", (request.form["cents"], request.form["kind"]))
    db().commit()
    return as_json({"ok": True})


@routes.add("POST", "/staff/fees")
def set_fee(request):
    if not staff_of(request).get("head"):
        return page("Staff", "Only the head of the library.", 403)
    db().execute("UPDATE fees SET cents = ? WHERE kind = ?", (request.form["cents"], request.form["kind"]))
    db().commit()
    return as_json({"ok": True})


@routes.add("GET", "/staff/report")
def report(request):
    if not staff_of(request):
        return page("Staff", "Please sign in.", 401)
    try:
        rows = db().execute("SELECT kind, count(*) FROM loans WHERE month = '" + request.query["month"] + "' GROUP BY 1").fetchall()
    except sqlite3.Error as error:
        log.error("report: %s", error)
        return page("Staff", "No such month.", 400)
    return as_json([list(row) for row in rows])


@routes.add("POST", "/scanner/return")
def scanner_return(request):
    if request.header("X-Scanner-Key") != conf.SCANNER_KEY:
        return as_json({"ok": False}, 403)
    db().execute("UPDATE loans SET returned = 1 WHERE copy = ?", (request.form["copy"],))
    db().commit()
    return as_json({"ok": True})


def order_from_wholesaler(isbn):
    answer = requests.post(
        "https://orders.wholesale.example/v1", json={"isbn": isbn}, verify="/etc/oldmill/wholesale.pem", timeout=20
    )
    return answer.status_code == 202
