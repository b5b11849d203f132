import asyncio
import logging
import smtplib
from email.message import EmailMessage

journal = logging.getLogger("marche.courrier")


def _poster(message):
    with smtplib.SMTP("localhost") as smtp:
        smtp.send_message(message)


async def envoyer(a, sujet, texte):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "marches@ville.example", a, sujet
    message.set_content(texte)
    try:
        await asyncio.to_thread(_poster, message)
    except OSError as erreur:
        journal.error("courriel « %s » non envoyé: %s", sujet, erreur)
