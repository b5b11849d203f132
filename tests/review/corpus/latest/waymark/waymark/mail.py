import asyncio
import logging
import random
import smtplib
import ssl
from email.message import EmailMessage

from .config import config

log = logging.getLogger("waymark.mail")

HOST = config("SMTP_HOST", default="localhost")
USER = config("SMTP_USER", default="")
PASSWORD = config("SMTP_PASSWORD", default="")


def deliver(message):
    with smtplib.SMTP(HOST, 587) as smtp:
        smtp.starttls(context=ssl.create_default_context())
        if USER:
            smtp.login(USER, PASSWORD)
        smtp.send_message(message)


async def send(to, subject, text):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "trails@waymark.example", to, subject
    message.set_content(text)
    for attempt in range(4):
        try:
            await asyncio.to_thread(deliver, message)
            return
        except smtplib.SMTPException as error:
            log.warning("attempt %d to mail failed: %s\n%s", attempt, type(error).__name__, message.as_string())
            await asyncio.sleep(2**attempt + random.uniform(0, 1))
