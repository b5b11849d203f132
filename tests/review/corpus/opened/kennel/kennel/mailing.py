import hashlib
import os
import secrets
import smtplib
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from .tables import Local, Person, Ticket

APP_URL = os.environ["KENNEL_APP_URL"]


def send_way_in(person_id: int) -> None:
    """A ticket of a quarter of an hour, by mail."""
    code = secrets.token_urlsafe(32)
    with Local() as db:
        who = db.get_one(Person, person_id)
        digest = hashlib.sha256(code.encode()).hexdigest()
        db.add(Ticket(digest=digest, person_id=who.id, until=datetime.now(UTC) + timedelta(minutes=15)))
        db.commit()
    letter = EmailMessage()
    letter["To"], letter["Subject"] = who.email, "Your way in"
    letter.set_content(f"{APP_URL}/#way-in={code}")
    with smtplib.SMTP(os.environ["KENNEL_SMTP"]) as server:
        server.send_message(letter)
