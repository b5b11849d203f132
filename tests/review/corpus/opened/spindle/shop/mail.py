import hashlib
import json
import secrets
from datetime import timedelta

from flask import current_app

from .models import Ticket, db, now


def ticket(customer, kind, hours=2):
    """Makes a code, keeps its digest and gives the link."""
    code = secrets.token_urlsafe(32)
    digest = hashlib.sha256(code.encode()).hexdigest()
    db.session.add(Ticket(digest=digest, kind=kind, customer=customer, expires=now() + timedelta(hours=hours)))
    db.session.commit()
    return f"{current_app.config['PUBLIC_URL']}/account/{kind}/{code}"


def redeem(code, kind):
    """The customer of a code, once."""
    digest = hashlib.sha256(code.encode()).hexdigest()
    found = db.session.get(Ticket, digest)
    if found is None or found.kind != kind or found.expires < now():
        return None
    customer = found.customer
    db.session.delete(found)
    db.session.commit()
    return customer


def enqueue(name, address, **values):
    """For the mail worker, which reads the list."""
    current_app.config["SESSION_REDIS"].rpush("mail", json.dumps({"letter": name, "to": address, **values}))
