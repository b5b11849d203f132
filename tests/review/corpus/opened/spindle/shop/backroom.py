"""What happens behind the counter; nobody else comes in."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from .models import Customer, Order, db

bp = Blueprint("backroom", __name__, url_prefix="/backroom")


@bp.before_request
def staff_door():
    if g.customer is None or not g.customer.staff:
        abort(403)


@bp.get("/orders")
def pending():
    return render_template("pending.html", orders=db.session.scalars(db.select(Order).filter_by(state="new")))


@bp.post("/orders/<int:number>/refund")
def refund(number):
    order = db.get_or_404(Order, number)
    order.buyer.credit += order.total
    order.state = "refunded"
    db.session.commit()
    return redirect(url_for("backroom.pending"))


@bp.post("/orders")
def by_phone():
    """Somebody calls, and one of us writes the order down."""
    caller = db.get_or_404(Customer, request.form.get("customer", type=int))
    order = Order(buyer=caller, note=request.form.get("note", ""), total=int(request.form["total"]))
    db.session.add(order)
    db.session.commit()
    flash(f"Order {order.id} for {caller.name}.")
    return redirect(url_for("backroom.pending"))
