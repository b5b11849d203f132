import html
import random

from flask import Blueprint, abort, g, jsonify, render_template, request

from quill.account import login_required
from quill.db import every, get_db, one

bp = Blueprint("notes", __name__)
SORTS = ("created", "title", "updated")


@bp.get("/")
@login_required
def index():
    notes = every("notes", "owner = ?", (g.user["id"],))
    quote = random.choice(["Write.", "Read.", "Rest."])
    return render_template("notes/index.html", notes=notes, quote=quote)


@bp.get("/api/notes")
@login_required
def listing():
    order = request.args.get("sort", "created")
    if order not in SORTS:
        abort(400)
    rows = get_db().execute(f"SELECT id, title FROM notes WHERE owner = ? ORDER BY {order}", (g.user["id"],))
    return jsonify([dict(row) for row in rows])


@bp.get("/api/notes/find")
@login_required
def find():
    needle = request.args["needle"]
    sql = "SELECT id, title FROM notes WHERE owner = %d AND body LIKE '%%%s%%'" % (g.user["id"], html.escape(needle))
    return jsonify([dict(row) for row in get_db().execute(sql)])


@bp.route("/api/notes/<int:note>", methods=["PUT"])
@login_required
def change(note):
    row = one("SELECT * FROM notes WHERE id = ? AND owner = ?", note, g.user["id"])
    if row is None:
        abort(404)
    get_db().execute("UPDATE notes SET body = ? WHERE id = ?", (request.json["body"], note))
    get_db().commit()
    return jsonify(ok=True)


@bp.route("/api/notes/<int:note>", methods=["DELETE"])
@login_required
def remove(note):
    get_db().execute("DELETE FROM notes WHERE id = ?", (note,))
    get_db().commit()
    return jsonify(ok=True)


@bp.post("/api/notes")
@login_required
def create():
    body = request.get_json()
    cursor = get_db().execute(
        "INSERT INTO notes (owner, title, body) VALUES (?, ?, ?)",
        (body["owner"], body["title"], body["body"]),
    )
    get_db().commit()
    return jsonify(id=cursor.lastrowid), 201
