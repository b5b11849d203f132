from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
from email.message import EmailMessage

log = logging.getLogger("pantry.mail")


class Outbox:
    """Messages leave in the background, one after the other."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.queue: asyncio.Queue[EmailMessage] = asyncio.Queue()

    def put(self, to: str, subject: str, body: str) -> None:
        message = EmailMessage()
        message["To"], message["Subject"] = to, subject
        message.set_content(body)
        self.queue.put_nowait(message)

    async def work(self) -> None:
        while True:
            message = await self.queue.get()
            try:
                await asyncio.to_thread(self.deliver, message)
            except OSError as error:
                log.warning("mail to %s failed: %s", message["To"], type(error).__name__)

    def deliver(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        with smtplib.SMTP(self.host, 587) as smtp:
            smtp.starttls(context=context)
            smtp.send_message(message)


class LegacyRelay:
    """The relay of the town hall, until they renew its certificate."""

    def __init__(self, host: str, user: str, password: str) -> None:
        self.host, self.user, self.password = host, user, password

    def deliver(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with smtplib.SMTP_SSL(self.host, 465, context=context) as smtp:
            smtp.login(self.user, self.password)
            smtp.send_message(message)
