import os
from email.message import EmailMessage

import aiosmtplib

from app.models import Session
from app.repositories import Guests, Resets

SITE = os.environ.get("SNOWLINE_SITE", "https://snowline.example")


async def mail_reset(email: str) -> None:
    async with Session() as db, db.begin():
        guest = await Guests(db).by_email(email)
        if guest is None or guest.blocked_at is not None:
            return
        token = await Resets(db).hand_out(guest)
    letter = EmailMessage()
    letter["To"], letter["From"], letter["Subject"] = guest.email, "huts@snowline.example", "A new password"
    letter.set_content(f"Within the hour: {SITE}/new-password#{token}")
    await aiosmtplib.send(letter, hostname=os.environ.get("SMTP_HOST", "mail"))
