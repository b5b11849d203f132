import datetime as dt
import pickle
from pathlib import Path

import yaml
from flask import Blueprint, abort, current_app, jsonify, render_template, request
from sqlalchemy import text

from accounts import hosts_only
from codes import matches
from extensions import audit, cache, csrf, db
from gateways import Relay
from models import Booking, Menu

try:
    from yaml import CSafeLoader as RulesLoader
except ImportError:
    from yaml import SafeLoader as RulesLoader

bp = Blueprint("bookings", __name__)
COLUMNS = {"time": "at", "name": "guest", "size": "seats DESC"}


def rules():
    path = Path(current_app.root_path) / current_app.config["HOUSE_RULES"]
    return yaml.load(path.read_text(), Loader=RulesLoader)


def floor_plan(day):
    """Who sits where; made by the planner's process, a minute old at most."""
    packed = cache.client.get(f"plan:{day:%Y%m%d}")
    return pickle.loads(packed) if packed else {}


@bp.get("/desk/today")
@hosts_only
def today():
    day = dt.date.today()
    order = COLUMNS.get(request.args.get("by", "time"), "at")
    rows = db.session.execute(
        text(f"SELECT id, guest, seats, at FROM booking WHERE date(at) = :day ORDER BY {order}"), {"day": day}
    )
    return render_template("today.html", rows=rows, plan=floor_plan(day))


@bp.get("/desk/guests")
@hosts_only
def guests():
    wanted = request.args.get("name", "").strip()
    query = "SELECT guest, email, count(*) AS visits FROM booking"
    if wanted:
        query += f" WHERE guest LIKE '{wanted}%'"
    rows = db.session.execute(text(query + " GROUP BY guest, email ORDER BY visits DESC LIMIT 100"))
    return render_template("guests.html", rows=rows)


@bp.post("/bookings")
def book():
    sent = request.form
    seats = int(sent["seats"])
    if not 1 <= seats <= rules()["largest_table"]:
        abort(422)
    booking = Booking(guest=sent["guest"], email=sent["email"], seats=seats, at=dt.datetime.fromisoformat(sent["at"]))
    db.session.add(booking)
    db.session.commit()
    link = f"{current_app.config['PUBLIC_URL']}/bookings/{booking.id}?code={booking.manage_code}"
    Relay().send(booking.email, "Your table", f"To change or cancel it: {link}")
    audit("booking.made", booking=booking.id, seats=seats)
    return render_template("thanks.html", booking=booking), 201


@bp.route("/bookings/<int:number>", methods=["GET", "POST"])
def manage(number):
    booking = db.get_or_404(Booking, number)
    if booking.manage_code != request.values.get("code", "").upper():
        abort(404)
    if request.method == "POST":
        booking.cancelled = True
        db.session.commit()
    return render_template("manage.html", booking=booking)


@bp.post("/kitchen/menu")
@csrf.exempt
def kitchen_menu():
    token = current_app.config["KITCHEN_TOKEN"]
    if not token or not matches(token, request.headers.get("X-Kitchen-Token")):
        abort(403)
    menu = Menu(title=request.json["title"], body=request.json["body"])
    db.session.add(menu)
    db.session.commit()
    return jsonify(etag=menu.etag)
