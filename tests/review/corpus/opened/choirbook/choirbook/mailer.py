import asyncio
import logging
import smtplib
from email.message import EmailMessage

from choirbook.keys import delivery_id, unsubscribe_mark
from choirbook.models import Singer

log = logging.getLogger("choirbook.mailer")
ADDRESS = "https://choirbook.example"


def _hand_over(letter: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", 25, timeout=10) as smtp:
        smtp.send_message(letter)


async def send(to: str, subject: str, text: str) -> None:
    letter = EmailMessage()
    letter["From"] = "choir@choirbook.example"
    letter["To"] = to
    letter["Subject"] = subject
    letter["Message-ID"] = delivery_id()
    letter.set_content(text)
    log.info("letter to %s: %s", to, text)
    await asyncio.to_thread(_hand_over, letter)


async def newsletter(subject: str, text: str) -> int:
    """To all who want it; answers how many."""
    readers = list(Singer.select().where(Singer.letters, ~Singer.left))
    for reader in readers:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = "choir@choirbook.example", reader.email, subject
        letter["Message-ID"] = delivery_id()
        letter["List-Unsubscribe"] = f"<{ADDRESS}/unsubscribe/{reader.id}/{unsubscribe_mark(reader.id)}>"
        letter.set_content(text)
        await asyncio.to_thread(_hand_over, letter)
        log.info("newsletter %r to singer %d, %s", letter["Subject"], reader.id, letter["Message-ID"])
    return len(readers)
