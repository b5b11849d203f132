import os
import secrets
import smtplib
from email.message import EmailMessage

import bcrypt


def skicka_pin(db, lantagare, epost):
    """En ny PIN; alla öppna sessioner stängs."""
    pin = "".join(secrets.choice("0123456789") for _ in range(8))
    db.execute(
        "UPDATE lantagare SET pin = ? WHERE id = ?",
        (bcrypt.hashpw(pin.encode(), bcrypt.gensalt(12)).decode(), lantagare),
    )
    db.execute("DELETE FROM sessioner WHERE lantagare = ?", (lantagare,))
    brev = EmailMessage()
    brev["To"], brev["Subject"] = epost, "Din nya PIN"
    brev.set_content(f"Din nya PIN i bokbussen: {pin}")
    with smtplib.SMTP(os.environ["SMTP_SERVER"]) as server:
        server.send_message(brev)
