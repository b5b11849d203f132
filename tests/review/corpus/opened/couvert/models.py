import datetime as dt
import hashlib
import secrets

from flask import current_app
from werkzeug.security import check_password_hash, generate_password_hash

from codes import spell, voucher_code
from extensions import db


def now():
    return dt.datetime.now(dt.timezone.utc)


class Host(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(200), unique=True, nullable=False)
    password_hash = db.Column(db.String(255), nullable=False)
    epoch = db.Column(db.Integer, default=0, nullable=False)

    def set_password(self, plain):
        self.password_hash = generate_password_hash(plain, method=current_app.config["PASSWORD_METHOD"])
        self.epoch = (self.epoch or 0) + 1

    def check_password(self, plain):
        return check_password_hash(self.password_hash, plain)


class Reset(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    host_id = db.Column(db.ForeignKey("host.id"), nullable=False)
    digest = db.Column(db.String(64), unique=True, nullable=False)
    expires_at = db.Column(db.DateTime(timezone=True), nullable=False)
    host = db.relationship(Host)

    @classmethod
    def open_for(cls, host):
        token = secrets.token_urlsafe(32)
        db.session.add(
            cls(
                host=host,
                digest=hashlib.sha256(token.encode()).hexdigest(),
                expires_at=now() + dt.timedelta(minutes=current_app.config["RESET_MINUTES"]),
            )
        )
        return token

    @classmethod
    def redeem(cls, token):
        found = cls.query.filter_by(digest=hashlib.sha256(token.encode()).hexdigest()).first()
        if found is None or found.expires_at < now():
            return None
        db.session.delete(found)
        return found.host


class TrustedDevice(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    host_id = db.Column(db.ForeignKey("host.id"), nullable=False)
    digest = db.Column(db.String(64), unique=True, nullable=False)
    expires_at = db.Column(db.DateTime(timezone=True), nullable=False)
    host = db.relationship(Host)


class Booking(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    guest = db.Column(db.String(120), nullable=False)
    email = db.Column(db.String(200), nullable=False)
    seats = db.Column(db.Integer, nullable=False)
    at = db.Column(db.DateTime(timezone=True), nullable=False)
    manage_code = db.Column(db.String(12), default=lambda: spell(10), nullable=False)
    cancelled = db.Column(db.Boolean, default=False)


class Voucher(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    code = db.Column(db.String(30), default=voucher_code, unique=True)
    cents = db.Column(db.Integer, nullable=False)


class Menu(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(80))
    body = db.Column(db.Text)

    @property
    def etag(self):
        return hashlib.md5((self.title + self.body).encode()).hexdigest()
