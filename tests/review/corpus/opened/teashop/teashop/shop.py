from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for

from teashop.account import customers_only
from teashop.extensions import db
from teashop.models import Order, Tea

bp = Blueprint("shop", __name__)


@bp.get("/")
def shelf():
    return render_template("shelf.html", teas=Tea.query.order_by(Tea.name).all())


@bp.get("/teas/<int:tea_id>/picture")
def picture(tea_id):
    tea = db.get_or_404(Tea, tea_id)
    if tea.picture is None:
        abort(404)
    response = Response(tea.picture, mimetype="image/webp")
    response.set_etag(tea.etag())
    return response.make_conditional(request)


@bp.get("/orders")
@customers_only
def orders():
    mine = Order.query.filter_by(customer_id=g.customer.id).order_by(Order.placed.desc())
    return render_template("orders.html", orders=mine)


@bp.post("/teas/<int:tea_id>/buy")
@customers_only
def buy(tea_id):
    tea = db.get_or_404(Tea, tea_id)
    packets = request.form.get("packets", 1, type=int)
    if not 1 <= packets <= 20:
        abort(400)
    order = Order(customer_id=g.customer.id, tea_id=tea.id, packets=packets)
    db.session.add(order)
    db.session.commit()
    return redirect(url_for("shop.order", number=order.number))


@bp.get("/orders/<number>")
@customers_only
def order(number):
    found = Order.query.filter_by(number=number, customer_id=g.customer.id).first_or_404()
    return render_template("order.html", order=found)
