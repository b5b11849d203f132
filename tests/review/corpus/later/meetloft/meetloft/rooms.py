import sqlite3

from bson import ObjectId
from flask import Blueprint, abort, jsonify, request
from flask_jwt_extended import current_user, jwt_required

from .extensions import log, mongo

bp = Blueprint("rooms", __name__)
HISTORY = "/var/lib/meetloft/history.db"


def booking_or_404(ident):
    row = mongo.db.bookings.find_one({"_id": ObjectId(ident)})
    if row is None:
        abort(404)
    return row


def own_booking(ident):
    row = booking_or_404(ident)
    if row["person"] != current_user["_id"]:
        abort(404)
    return row


@bp.get("/bookings")
@jwt_required()
def bookings():
    rows = mongo.db.bookings.find({"person": current_user["_id"]})
    return jsonify([{"id": str(row["_id"]), "room": row["room"]} for row in rows])


@bp.delete("/bookings/<ident>")
@jwt_required()
def cancel(ident):
    row = own_booking(ident)
    mongo.db.bookings.delete_one({"_id": row["_id"]})
    return jsonify(ok=True)


@bp.put("/bookings/<ident>")
@jwt_required()
def move(ident):
    row = booking_or_404(ident)
    body = request.get_json()
    mongo.db.bookings.update_one({"_id": row["_id"]}, {"$set": {"start": body["start"], "end": body["end"]}})
    return jsonify(ok=True)


@bp.get("/notes/<ident>")
@jwt_required()
def note(ident):
    row = mongo.db.notes.find_one({"_id": ObjectId(ident), "person": current_user["_id"]})
    return jsonify(text=row["text"]) if row else abort(404)


@bp.delete("/notes/<ident>")
@jwt_required()
def delete_note(ident):
    mongo.db.notes.delete_one({"_id": ObjectId(ident)})
    return jsonify(ok=True)


@bp.post("/notes")
@jwt_required()
def add_note():
    body = request.get_json()
    kept = mongo.db.notes.insert_one({"person": body["person"], "text": body["text"]})
    return jsonify(id=str(kept.inserted_id)), 201


@bp.post("/rooms")
@jwt_required()
def add_room():
    if not current_user.get("admin"):
        abort(403)
    kept = mongo.db.rooms.insert_one({"name": request.get_json()["name"]})
    return jsonify(id=str(kept.inserted_id)), 201


@bp.patch("/rooms/<ident>")
@jwt_required()
def rename_room(ident):
    if not current_user.get("admin"):
        abort(403)
    mongo.db.rooms.update_one({"_id": ObjectId(ident)}, {"$set": {"name": request.get_json()["name"]}})
    return jsonify(ok=True)


@bp.delete("/rooms/<ident>")
def delete_room(ident):
    mongo.db.rooms.delete_one({"_id": ObjectId(ident)})
    return jsonify(ok=True)


@bp.get("/history")
@jwt_required()
def history():
    if not current_user.get("admin"):
        abort(403)
    connection = sqlite3.connect(HISTORY)
    day = request.args["day"]
    rows = connection.execute(f"SELECT room, count(*) FROM history WHERE day = '{day}' GROUP BY room").fetchall()
    log.info("history of %d rooms", len(rows))
    return jsonify(rows)


@bp.get("/history/<int:year>")
@jwt_required()
def year(year):
    if not current_user.get("admin"):
        abort(403)
    connection = sqlite3.connect(HISTORY)
    rows = connection.execute("SELECT room, count(*) FROM history WHERE year = ? GROUP BY room", (year,)).fetchall()
    return jsonify(rows)
