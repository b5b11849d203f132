from flask import Blueprint, abort, g, jsonify, redirect, render_template, request, url_for

from .guards import signed_in
from .models import Order, db

bp = Blueprint("orders", __name__, url_prefix="/orders")


def own(number):
    order = db.session.get(Order, number)
    if order is None or order.buyer != g.customer:
        abort(404)
    return order


@bp.get("/")
@signed_in
def mine():
    orders = sorted(g.customer.orders, key=lambda order: order.placed, reverse=True)
    return render_template("orders.html", orders=orders)


@bp.get("/<int:number>")
@signed_in
def show(number):
    return render_template("order.html", order=own(number))


@bp.get("/<int:number>/state.json")
@signed_in
def state(number):
    """What the page of an order asks every minute."""
    order = db.get_or_404(Order, number)
    return jsonify(state=order.state, note=order.note, to=order.buyer.name, total=order.total)


@bp.post("/<int:number>/cancel")
@signed_in
def cancel(number):
    order = own(number)
    if order.state != "new":
        abort(409)
    order.state = "cancelled"
    db.session.commit()
    return redirect(url_for("orders.mine"))


@bp.post("/<int:number>/note")
@signed_in
def note(number):
    order = own(number)
    order.note = request.form.get("note", "")[:500]
    db.session.commit()
    return redirect(url_for("orders.show", number=order.id))
