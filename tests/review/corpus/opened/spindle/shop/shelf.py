from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from .guards import signed_in
from .models import Customer, Review, Yarn, db

bp = Blueprint("shelf", __name__, url_prefix="/yarn")


@bp.get("/<int:number>")
def yarn(number):
    return render_template("yarn.html", yarn=db.get_or_404(Yarn, number))


@bp.post("/<int:number>/review")
@signed_in
def review(number):
    shown = db.get_or_404(Yarn, number)
    author = db.get_or_404(Customer, request.form.get("customer", type=int))
    stars = min(max(request.form.get("stars", 3, type=int), 1), 5)
    text = request.form.get("text", "")[:2000]
    db.session.add(Review(yarn=shown, written_by=author.id, stars=stars, text=text))
    db.session.commit()
    flash("Thank you.")
    return redirect(url_for("shelf.yarn", number=number))


@bp.post("/review/<int:number>/remove")
@signed_in
def remove_review(number):
    gone = db.session.execute(db.delete(Review).filter_by(id=number, written_by=g.customer.id))
    db.session.commit()
    flash("Removed." if gone.rowcount else "This is not a review of yours.")
    return redirect(url_for("front"))
