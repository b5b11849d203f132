"""Mails are handed to the institute's relay, which has no password but a key per program."""
import json
import threading
from urllib.request import Request, urlopen

RELAY = "https://relay.materials.example/send"
SITE = "https://labdesk.materials.example"
KEY_HEADER = "X-Relay-Program-Key"


def send(key, to, subject, path):
    body = json.dumps({"to": to, "subject": subject, "text": "Please open %s%s" % (SITE, path)}).encode("utf-8")
    request = Request(RELAY, data=body, headers={"Content-Type": "application/json", KEY_HEADER: key})
    with urlopen(request, timeout=10) as answer:
        return answer.status == 202


def send_later(registry, to, subject, path):
    threading.Thread(target=send, args=(registry.mail_key, to, subject, path), daemon=True).start()
