import os
from email.message import EmailMessage

import aiosmtplib
from aiohttp import ClientSession


async def text_message(phone, text):
    headers = {"Authorization": f"Bearer {os.environ['SMS_KEY']}"}
    async with ClientSession(headers=headers) as client:
        await client.post(os.environ["SMS_GATEWAY"], json={"to": phone, "text": text})


async def letter(to, subject, body):
    message = EmailMessage()
    message["To"], message["Subject"] = to, subject
    message.set_content(body)
    await aiosmtplib.send(message, hostname=os.environ["SMTP_HOST"])
