import smtplib
import threading
from email.message import EmailMessage

from flask import current_app


def _hand_over(letter):
    with smtplib.SMTP("127.0.0.1", 25, timeout=20) as smtp:
        smtp.send_message(letter)


def post(to, subject, text):
    letter = EmailMessage()
    letter["From"] = "Leaf & Pot <hello@leafandpot.example>"
    letter["To"] = to
    letter["Subject"] = subject
    letter.set_content(text)
    threading.Thread(target=_hand_over, args=(letter,)).start()
    current_app.logger.info("letter %r on its way", subject)
