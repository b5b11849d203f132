from datetime import UTC, datetime

from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


def now():
    return datetime.now(UTC)


class Customer(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(120), unique=True, nullable=False)
    name = db.Column(db.String(80), nullable=False, default="")
    phone = db.Column(db.String(30), default="")
    password = db.Column(db.String(200), nullable=False)
    confirmed = db.Column(db.Boolean, default=False)
    staff = db.Column(db.Boolean, default=False, nullable=False)
    credit = db.Column(db.Integer, default=0, nullable=False)


class Ticket(db.Model):
    """A link that was sent by mail; the digest of its code is kept."""

    digest = db.Column(db.String(64), primary_key=True)
    kind = db.Column(db.String(12), nullable=False)
    customer_id = db.Column(db.ForeignKey("customer.id"), nullable=False)
    expires = db.Column(db.DateTime(timezone=True), nullable=False)
    customer = db.relationship(Customer)


class Yarn(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False)
    fibre = db.Column(db.String(40))
    skeins = db.Column(db.Integer, default=0)
    price = db.Column(db.Integer, nullable=False)


class Order(db.Model):
    __tablename__ = "orders"
    id = db.Column(db.Integer, primary_key=True)
    buyer_id = db.Column(db.ForeignKey("customer.id"), nullable=False)
    placed = db.Column(db.DateTime(timezone=True), default=now)
    state = db.Column(db.String(12), default="new")
    note = db.Column(db.Text, default="")
    total = db.Column(db.Integer, default=0)
    buyer = db.relationship(Customer, backref="orders")


class Review(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    yarn_id = db.Column(db.ForeignKey("yarn.id"), nullable=False)
    written_by = db.Column(db.ForeignKey("customer.id"), nullable=False)
    stars = db.Column(db.Integer, nullable=False)
    text = db.Column(db.Text, default="")
    yarn = db.relationship(Yarn, backref="reviews")
