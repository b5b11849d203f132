import asyncio
import smtplib
from email.message import EmailMessage


def _send(to, subject, text):
    m = EmailMessage()
    m["To"], m["From"], m["Subject"] = to, "studio@airwave.example", subject
    m.set_content(text)
    with smtplib.SMTP("localhost") as s:
        s.send_message(m)


async def send(to, subject, text):
    await asyncio.get_running_loop().run_in_executor(None, _send, to, subject, text)
