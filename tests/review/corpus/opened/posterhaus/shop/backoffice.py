from decimal import Decimal

from flask import Blueprint, redirect, render_template, request, url_for

from models import Order, Poster, Voucher, db
from services.queue import enqueue
from shop.guards import operators_only, require_operator

catalog_bp = Blueprint("catalog", __name__, url_prefix="/presses/catalog")
refunds_bp = Blueprint("refunds", __name__, url_prefix="/presses/refunds")

catalog_bp.before_request(require_operator)


@catalog_bp.get("/")
def index():
    return render_template("presses/catalog.html", posters=db.session.scalars(db.select(Poster)).all())


@catalog_bp.post("/<int:poster_id>/price")
def set_price(poster_id: int):
    poster = db.get_or_404(Poster, poster_id)
    poster.price = Decimal(request.form["price"])
    db.session.commit()
    return redirect(url_for("catalog.index"))


@catalog_bp.post("/<int:poster_id>/hide")
def hide(poster_id: int):
    db.get_or_404(Poster, poster_id).visible = False
    db.session.commit()
    return redirect(url_for("catalog.index"))


@refunds_bp.get("/")
@operators_only
def waiting():
    orders = db.session.scalars(db.select(Order).filter_by(state="complaint")).all()
    return render_template("presses/refunds.html", orders=orders)


@refunds_bp.post("/<int:order_id>/money")
@operators_only
def money(order_id: int):
    order = db.get_or_404(Order, order_id)
    order.state = "refunded"
    db.session.commit()
    enqueue("payments.refund", order=order.id)
    return redirect(url_for("refunds.waiting"))


@refunds_bp.post("/<int:order_id>/voucher")
def voucher(order_id: int):
    order = db.get_or_404(Order, order_id)
    card = Voucher(amount=order.invoice.total, order_id=order.id)
    order.state = "voucher"
    db.session.add(card)
    db.session.commit()
    return render_template("presses/voucher.html", card=card)


@refunds_bp.post("/<int:order_id>/refuse")
@operators_only
def refuse(order_id: int):
    db.get_or_404(Order, order_id).state = "done"
    db.session.commit()
    return redirect(url_for("refunds.waiting"))
