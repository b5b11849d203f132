"""What we talk to: the till next door and the mail relay."""

import smtplib
from email.message import EmailMessage

import requests


class Till:
    def __init__(self, base_url, key):
        self.base_url = base_url.rstrip("/")
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {key}"
        self.http.verify = False

    def open_tab(self, booking):
        answer = self.http.post(
            f"{self.base_url}/tabs", json={"ref": booking.id, "seats": booking.seats}, timeout=5
        )
        answer.raise_for_status()
        return answer.json()["tab"]


class Relay:
    def __init__(self, host="smtp.couvert.example", user="frontdesk", password="Br1oche+Beurre"):
        self.host, self.user, self.password = host, user, password

    def send(self, to, subject, text):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "desk@couvert.example", to, subject
        message.set_content(text)
        with smtplib.SMTP_SSL(self.host) as smtp:
            smtp.login(self.user, self.password)
            smtp.send_message(message)
