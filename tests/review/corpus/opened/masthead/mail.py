import logging
import smtplib
from email.message import EmailMessage
from urllib.parse import urlsplit

log = logging.getLogger("masthead.mail")


class Postman:
    def __init__(self, settings):
        self.host = settings.get("smtp.host", "localhost")
        self.base = settings["public.url"].rstrip("/")

    def deliver(self, to, subject, text):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "desk@masthead.example", to, subject
        message.set_content(text)
        with smtplib.SMTP(self.host, timeout=10) as smtp:
            smtp.starttls()
            smtp.send_message(message)

    def new_password(self, person, token):
        link = f"{self.base}/new-password/{token}"
        try:
            self.deliver(person["mail"], "A new password", f"You can choose one here: {link}")
        except (OSError, smtplib.SMTPException):
            log.exception("no mail to %s, link was %s", person["name"], link)

    def preview(self, to, slug, token):
        link = f"{self.base}/preview/{slug}?t={token}"
        try:
            self.deliver(to, "A draft for you", f"Please read {link}")
        except (OSError, smtplib.SMTPException):
            log.exception("no mail to %s for %s", to, urlsplit(link).path)
