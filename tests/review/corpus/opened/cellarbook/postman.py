"""Carries letters out; runs beside the application."""

import os
import smtplib
import time
from email.message import EmailMessage

from store import Member, NewPassword, Outbox, db

SITE = os.environ.get("CELLARBOOK_SITE", "https://cellarbook.example")


def write(row: Outbox) -> EmailMessage | None:
    member = Member.get_or_none(Member.email == row.address)
    if member is None:
        return None
    letter = EmailMessage()
    letter["To"], letter["From"] = member.email, "cellar@cellarbook.example"
    letter["Subject"] = "A new password"
    letter.set_content(f"Within two hours: {SITE}/new-password/{NewPassword.issue(member)}")
    return letter


def round_trip() -> None:
    with db.connection_context(), smtplib.SMTP(os.environ.get("SMTP_HOST", "localhost")) as post:
        for row in Outbox.select().order_by(Outbox.written).limit(50):
            if letter := write(row):
                post.send_message(letter)
            row.delete_instance()


if __name__ == "__main__":
    while True:
        round_trip()
        time.sleep(15)
