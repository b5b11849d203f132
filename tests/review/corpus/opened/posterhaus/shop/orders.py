from io import BytesIO

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for

from models import Address, Invoice, Order, db
from services.accounts import current_account
from shop.guards import belongs_to, signed_in

bp = Blueprint("orders", __name__, url_prefix="/orders")


@bp.get("/")
@signed_in
def mine():
    query = db.select(Order).filter_by(buyer_id=current_account().id).order_by(Order.placed_at.desc())
    return render_template("orders/mine.html", orders=db.session.scalars(query).all())


@bp.get("/<int:order_id>")
@signed_in
def show(order_id: int):
    order = belongs_to(current_account(), db.session.get(Order, order_id), "buyer_id")
    return render_template("orders/show.html", order=order)


@bp.post("/<int:order_id>/address")
@signed_in
def change_address(order_id: int):
    account = current_account()
    order = belongs_to(account, db.session.get(Order, order_id), "buyer_id")
    if order.state != "open":
        abort(409)
    address = db.session.get(Address, request.form.get("address", type=int))
    order.ship_to_id = belongs_to(account, address).id
    db.session.commit()
    return redirect(url_for("orders.show", order_id=order.id))


@bp.get("/invoices/<int:invoice_id>.pdf")
@signed_in
def invoice(invoice_id: int):
    document = db.get_or_404(Invoice, invoice_id)
    if document.order.state == "cancelled":
        abort(410)
    return send_file(BytesIO(document.pdf), "application/pdf", download_name=f"posterhaus-{document.id}.pdf")


@bp.get("/track/<code>")
def track(code: str):
    order = db.first_or_404(db.select(Order).filter_by(tracking=code))
    return render_template("orders/track.html", order=order)
