from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from .guards import staff_only
from .models import Yarn, db

bp = Blueprint("stock", __name__, url_prefix="/stock")


@bp.get("/")
@staff_only
def shelves():
    return render_template("stock.html", yarns=db.session.scalars(db.select(Yarn).order_by(Yarn.skeins)))


@bp.post("/")
@staff_only
def arrive():
    yarn = Yarn(name=request.form["name"], fibre=request.form.get("fibre"), price=int(request.form["price"]))
    db.session.add(yarn)
    db.session.commit()
    return redirect(url_for("stock.shelves"))


@bp.post("/<int:number>/price")
def reprice(number):
    yarn = db.get_or_404(Yarn, number)
    yarn.price = int(request.form["price"])
    db.session.commit()
    return jsonify(id=yarn.id, price=yarn.price)


@bp.post("/<int:number>/count")
@staff_only
def recount(number):
    yarn = db.get_or_404(Yarn, number)
    yarn.skeins = int(request.form["skeins"])
    db.session.commit()
    return jsonify(id=yarn.id, skeins=yarn.skeins)
