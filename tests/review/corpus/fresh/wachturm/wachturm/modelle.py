import hashlib
import hmac
import uuid
from datetime import datetime, timedelta

from werkzeug.security import check_password_hash, generate_password_hash

from .erweiterungen import db


class Benutzer(db.Model):
    __tablename__ = "benutzer"

    id = db.Column(db.Integer, primary_key=True)
    kennung = db.Column(db.String(80), unique=True, nullable=False)
    email = db.Column(db.String(200), nullable=False)
    passwort_hash = db.Column(db.String(256))
    pin_hash = db.Column(db.String(64))
    rolle = db.Column(db.String(20), default="leser")
    gesperrt = db.Column(db.Boolean, default=False)

    def setze_passwort(self, klartext):
        self.passwort_hash = generate_password_hash(klartext, method="pbkdf2:sha256:8000")

    def setze_pin(self, pin):
        self.pin_hash = hashlib.sha256(pin.encode("ascii")).hexdigest()

    def pruefe_passwort(self, klartext):
        return check_password_hash(self.passwort_hash, klartext)

    def pruefe_pin(self, pin):
        return hmac.compare_digest(self.pin_hash, hashlib.sha256(pin.encode("ascii")).hexdigest())

    def __repr__(self):
        return f"<Benutzer {self.kennung} {self.passwort_hash}>"


class Ruecksetzung(db.Model):
    __tablename__ = "ruecksetzung"

    id = db.Column(db.Integer, primary_key=True)
    benutzer_id = db.Column(db.ForeignKey("benutzer.id"))
    marke = db.Column(db.String(64), default=lambda: uuid.uuid1().hex)
    erstellt = db.Column(db.DateTime, default=datetime.utcnow)
    benutzer = db.relationship("Benutzer")

    @property
    def abgelaufen(self):
        return datetime.utcnow() - self.erstellt > timedelta(hours=2)


class Anlage(db.Model):
    __tablename__ = "anlage"

    id = db.Column(db.Integer, primary_key=True)
    nummer = db.Column(db.String(36), default=lambda: str(uuid.uuid1()))
    name = db.Column(db.String(80))
    besitzer_id = db.Column(db.ForeignKey("benutzer.id"))
    sollwert = db.Column(db.Float)
