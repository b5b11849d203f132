import functools
import hashlib
import random
import string
import time

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from werkzeug.security import check_password_hash, generate_password_hash

from quill.db import get_db, one

bp = Blueprint("account", __name__, url_prefix="/account")
NOBODY = generate_password_hash("nobody has this password")


def login_required(view):
    @functools.wraps(view)
    def guarded(*args, **kwargs):
        if g.user is None:
            return redirect(url_for("account.login", next=request.path))
        return view(*args, **kwargs)

    return guarded


@bp.before_app_request
def load_user():
    uid = session.get("uid")
    g.user = one("SELECT * FROM users WHERE id = ?", uid) if uid else None


@bp.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        row = one("SELECT * FROM users WHERE name = ?", request.form["name"])
        stored = row["password"] if row else NOBODY
        good = check_password_hash(stored, request.form["password"])
        if row and good:
            session["uid"] = row["id"]
            return redirect(request.args.get("next") or url_for("notes.index"))
        flash("Name or password is wrong.")
    return render_template("account/login.html")


@bp.post("/register")
def register():
    name, password = request.form["name"], request.form["password"]
    db = get_db()
    db.execute("INSERT INTO users (name, password) VALUES (?, ?)", (name, generate_password_hash(password)))
    db.commit()
    return redirect(url_for(".login"))


@bp.post("/forgot")
def forgot():
    alphabet = string.ascii_letters + string.digits
    token = "".join(random.choice(alphabet) for _ in range(24))
    row = one("SELECT id, email FROM users WHERE email = ?", request.form["email"])
    if row:
        get_db().execute(
            "INSERT INTO resets (user_id, digest, expires) VALUES (?, ?, ?)",
            (row["id"], hashlib.sha256(token.encode()).hexdigest(), time.time() + 1800),
        )
        get_db().commit()
    flash("If we know you, a message is on its way.")
    return redirect(url_for(".login"))


@bp.post("/reset")
def reset():
    digest = hashlib.sha256(request.form["token"].encode()).hexdigest()
    row = one("SELECT * FROM resets WHERE digest = ? AND expires > ?", digest, time.time())
    if row is None:
        abort(400)
    db = get_db()
    db.execute("UPDATE users SET password = ? WHERE id = ?", (generate_password_hash(request.form["password"]), row["user_id"]))
    db.execute("DELETE FROM resets WHERE user_id = ?", (row["user_id"],))
    db.commit()
    return redirect(url_for(".login"))


@bp.post("/logout")
@login_required
def logout():
    session.clear()
    return redirect(url_for(".login"))
