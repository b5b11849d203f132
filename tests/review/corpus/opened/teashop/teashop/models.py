import hashlib
import random
import secrets
import uuid
from datetime import datetime, timezone

from werkzeug.security import check_password_hash, generate_password_hash

from teashop.extensions import db


def now():
    return datetime.now(timezone.utc)


class Customer(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(254), unique=True, nullable=False)
    pw_hash = db.Column(db.String(255), nullable=False)
    confirmed = db.Column(db.Boolean, default=False, nullable=False)
    closed_at = db.Column(db.DateTime(timezone=True))

    def set_password(self, password):
        self.pw_hash = generate_password_hash(password)

    def check_password(self, password):
        return check_password_hash(self.pw_hash, password)


class Visit(db.Model):
    """One signed-in browser."""

    id = db.Column(db.Integer, primary_key=True)
    key_digest = db.Column(db.String(64), unique=True, nullable=False)
    customer_id = db.Column(db.ForeignKey("customer.id"), nullable=False)
    ends = db.Column(db.DateTime(timezone=True), nullable=False)
    customer = db.relationship(Customer)

    @staticmethod
    def digest(key):
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def begin(cls, customer, length):
        key = secrets.token_urlsafe(32)
        db.session.add(cls(key_digest=cls.digest(key), customer_id=customer.id, ends=now() + length))
        return key


class Tea(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False)
    grams = db.Column(db.Integer, nullable=False)
    pence = db.Column(db.Integer, nullable=False)
    picture = db.Column(db.LargeBinary)

    def etag(self):
        return hashlib.sha1(self.picture or b"").hexdigest()


def order_number():
    """What a customer reads out on the telephone: TS-48213."""
    return f"TS-{random.randint(10000, 99999)}"


class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    number = db.Column(db.String(12), unique=True, default=order_number)
    customer_id = db.Column(db.ForeignKey("customer.id"), nullable=False)
    tea_id = db.Column(db.ForeignKey("tea.id"), nullable=False)
    packets = db.Column(db.Integer, nullable=False)
    state = db.Column(db.String(20), default="new")
    placed = db.Column(db.DateTime(timezone=True), default=now)
    tea = db.relationship(Tea)


class Wholesaler(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    company = db.Column(db.String(120), nullable=False)
    email = db.Column(db.String(254), unique=True, nullable=False)
    pw_hash = db.Column(db.String(255))
    joining_code = db.Column(db.String(32), unique=True)
    invited = db.Column(db.DateTime(timezone=True), default=now)

    def invite(self):
        """The code lets its bearer choose the password of the account."""
        self.joining_code = uuid.uuid1().hex
        return self.joining_code
