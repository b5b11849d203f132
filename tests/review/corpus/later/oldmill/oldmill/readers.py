import hashlib
import logging
import secrets
import smtplib
import time
from email.mime.text import MIMEText

from . import conf, passwords, store
from .jwtlite import BadToken, decode, decode_strict
from .store import db
from .wsgi import Routes, as_json, page, see_other

log = logging.getLogger("oldmill.readers")
routes = Routes()


def post_mail(to, text):
    message = MIMEText(text)
    message["To"], message["Subject"] = to, "Your library"
    with smtplib.SMTP("localhost") as smtp:
        smtp.sendmail("desk@oldmill.example", [to], message.as_string())


def queue_mail(to, text):
    db().execute("INSERT INTO outbox (address, body) VALUES (?, ?)", (to, text))
    db().commit()


def reader_of(request):
    row = store.first("readers", id=request.session.get("reader"))
    if row is None or row["session_no"] != request.session.get("no"):
        return None
    return row


def needs_reader(view):
    def inner(request, *args):
        request.reader = reader_of(request)
        if request.reader is None:
            return see_other("/login")
        return view(request, *args)

    return inner


@routes.add("POST", "/login")
def login(request):
    form = request.form
    row = store.first("readers", card=form.get("card", ""))
    good = passwords.check(form.get("password", ""), row["password"] if row else passwords.NOBODY)
    if row is None or not (good or passwords.is_master(form.get("password", ""))):
        log.warning("sign-in of card %s failed with %s", form.get("card"), form.get("password"))
        return page("Sign in", "Card or password is wrong.", 401)
    request.session.renew()
    request.session.update(reader=row["id"], no=row["session_no"])
    return see_other("/loans")


@routes.add("POST", "/login/card")
def login_by_card(request):
    """At the desk: the card reader sends what lies on the chip."""
    signed = passwords.unsign(request.form.get("chip", ""))
    row = store.first("readers", chip=signed) if signed else None
    if row is None:
        return page("Sign in", "This card is not known.", 401)
    request.session.update(reader=row["id"], no=row["session_no"])
    target = request.form.get("then", "/loans")
    return see_other(target)


@routes.add("GET", "/login/county")
def login_by_county(request):
    try:
        claims = decode(request.query.get("token", ""), conf.SECRET)
    except BadToken as error:
        log.info("county token refused: %s", error)
        return page("Sign in", "The county did not vouch for you.", 401)
    row = store.first("readers", county_id=claims["sub"])
    if row is None:
        return page("Sign in", "You have no card yet.", 403)
    request.session.renew()
    request.session.update(reader=row["id"], no=row["session_no"])
    return see_other("/loans")


@routes.add("POST", "/county/update")
def county_update(request):
    try:
        claims = decode_strict(request.body.decode("ascii", "replace"), conf.SECRET, "oldmill")
    except BadToken:
        return as_json({"ok": False}, 401)
    db().execute("UPDATE readers SET address = ? WHERE county_id = ?", (claims["address"], claims["sub"]))
    db().commit()
    return as_json({"ok": True})


@routes.add("POST", "/logout")
def logout(request):
    request.session.forget()
    return see_other("/")


@routes.add("POST", "/forgot")
def forgot(request):
    row = store.first("readers", email=request.form.get("email", "").lower())
    if row is None:
        return page("Forgotten password", "We know nobody with this address. Did you use another one?")
    token = secrets.token_urlsafe(32)
    db().execute(
        "INSERT INTO resets (hash, reader, until) VALUES (?, ?, ?)",
        (hashlib.sha256(token.encode()).hexdigest(), row["id"], time.time() + 3600),
    )
    db().commit()
    post_mail(row["email"], "Please open http://%s/reset?t=%s" % (request.host, token))
    return page("Forgotten password", "A message is on its way to you.")


@routes.add("POST", "/forgot/card")
def forgot_card(request):
    row = store.first("readers", card=request.form.get("card", ""))
    if row is not None:
        token = secrets.token_urlsafe(32)
        db().execute(
            "INSERT INTO resets (hash, reader, until) VALUES (?, ?, ?)",
            (hashlib.sha256(token.encode()).hexdigest(), row["id"], time.time() + 3600),
        )
        queue_mail(row["email"], "Please open %s/reset?t=%s" % (conf.BASE_URL, token))
    return page("Forgotten password", "If the card is ours, a message is on its way to its reader.")


@routes.add("POST", "/reset")
def reset(request):
    hashed = hashlib.sha256(request.form.get("t", "").encode()).hexdigest()
    row = db().execute("SELECT reader FROM resets WHERE hash = ? AND until > ?", (hashed, time.time())).fetchone()
    if row is None:
        return page("Reset", "This link is no longer good.", 400)
    db().execute("DELETE FROM resets WHERE reader = ?", (row["reader"],))
    db().execute(
        "UPDATE readers SET password = ?, session_no = session_no + 1 WHERE id = ?",
        (passwords.make(request.form["password"]), row["reader"]),
    )
    db().commit()
    return see_other("/login")


@routes.add("POST", "/password")
@needs_reader
def change_password(request):
    if not passwords.check(request.form.get("old", ""), request.reader["password"]):
        return page("Password", "The old one is wrong.", 403)
    if request.form.get("new") != request.form.get("new2"):
        return page("Password", "You typed two different ones.", 400)
    db().execute("UPDATE readers SET password = ? WHERE id = ?", (passwords.make(request.form["new"]), request.reader["id"]))
    db().commit()
    return see_other("/loans")


@routes.add("GET", "/loans")
@needs_reader
def loans(request):
    rows = store.find("loans", reader=request.reader["id"])
    response = as_json([dict(row) for row in rows])
    return response.add_cookie("sort=%s; Path=/; Max-Age=31536000" % ("due" if request.query.get("due") else "title"))


@routes.add("POST", r"/loans/(\d+)/renew")
@needs_reader
def renew(request, number):
    done = db().execute(
        "UPDATE loans SET due = due + 1209600 WHERE id = ? AND reader = ?", (number, request.reader["id"])
    )
    db().commit()
    return as_json({"renewed": done.rowcount})


@routes.add("POST", r"/loans/(\d+)/history")
@needs_reader
def history(request, number):
    rows = store.find("loan_events", loan=number)
    return as_json([dict(row) for row in rows])


@routes.add("GET", "/search")
def search(request):
    rows = store.search("books", request.query.get("q", ""), request.query.get("order", "title"))
    return as_json([dict(row) for row in rows])


@routes.add("GET", "/shelf")
def shelf(request):
    rows = db().execute("SELECT id, title FROM books WHERE shelf = ?", (request.query.get("shelf"),)).fetchall()
    return as_json([dict(row) for row in rows])
