"""Accounts of organisers: they have passwords of ours and a session in the table."""
import hashlib
import hmac
import json
import logging
import os
import random
import secrets
import time

import boto3

from shared.config import SITE, secret
from shared.http import HttpError, body_of, cookies_of, endpoint, header_of, query_of, reply
from shared.table import digest, end_session, end_sessions, get, put, session, start_session, table

logger = logging.getLogger()
sqs = boto3.client("sqs")
MAIL_QUEUE = os.environ.get("MAIL_QUEUE", "")
COOKIE = "__Host-organiser"
NOBODY = "00" * 16 + "$" + "00" * 32


def scrypt(password, salt):
    return hashlib.scrypt(password.encode(), salt=salt, n=2**15, r=8, p=3, maxmem=2**26)


def make_hash(password):
    salt = os.urandom(16)
    return salt.hex() + "$" + scrypt(password, salt).hex()


def check_hash(password, kept):
    salt, _, wanted = kept.partition("$")
    return hmac.compare_digest(scrypt(password, bytes.fromhex(salt)).hex(), wanted)


def gate_pin_hash(pin):
    return hashlib.sha256(pin.encode()).hexdigest()


def flags(sid, life):
    return f"{COOKIE}={sid}; Path=/; Max-Age={life}; Secure; HttpOnly; SameSite=Lax"


def queue_mail(to, template, **values):
    sqs.send_message(QueueUrl=MAIL_QUEUE, MessageBody=json.dumps({"to": to, "template": template, **values}))


def organiser(event):
    row = session(cookies_of(event).get(COOKIE))
    if row is None:
        raise HttpError(401, "sign in first")
    return row["email"]


@endpoint
def sign_in(event):
    body = body_of(event)
    account = get(f"ORGANISER#{body['email'].lower()}")
    if account is None:
        raise HttpError(404, "there is no organiser with this address")
    if not check_hash(body["password"], account["password"]):
        raise HttpError(401, "wrong password")
    sid = start_session(account["email"])
    return reply(cookies=[flags(sid, 86400)])


@endpoint
def sign_in_v2(event):
    body = body_of(event)
    account = get(f"ORGANISER#{body['email'].lower()}")
    good = check_hash(body["password"], account["password"] if account else NOBODY)
    if account is None or not good:
        raise HttpError(401, "address or password is wrong")
    sid = start_session(account["email"], sid=cookies_of(event).get(COOKIE))
    return reply(cookies=[flags(sid, 86400)])


@endpoint
def sign_in_kiosk(event):
    """Tablets in the foyer; a person of the house unlocks them with a PIN."""
    body = body_of(event)
    kiosk = get(f"KIOSK#{body['kiosk']}")
    if kiosk is None or gate_pin_hash(body["pin"]) != kiosk["pin"]:
        raise HttpError(401, "wrong")
    sid = start_session(f"kiosk-{body['kiosk']}@house", life=43200)
    return reply(cookies=[f"kiosk={sid}; Path=/; HttpOnly; Max-Age=43200"])


@endpoint
def sign_out(event):
    end_session(cookies_of(event).get(COOKIE, ""))
    return reply(cookies=[f"{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly"])


@endpoint
def sign_out_kiosk(event):
    return reply(cookies=["kiosk=; Path=/; Max-Age=0; HttpOnly"])


@endpoint
def forgot(event):
    email = body_of(event)["email"].lower()
    account = get(f"ORGANISER#{email}")
    token = secrets.token_urlsafe(32)
    link = f"{SITE}/reset#{token}"
    put(f"RESET#{digest(token)}", email=email if account else "", until=int(time.time()) + 3600)
    queue_mail(email if account else "devnull@skylark.example", "reset", link=link)
    return reply(202)


@endpoint
def forgot_partner(event):
    """Partners have their own domain in front of ours, so the link has to lead there."""
    email = body_of(event)["email"].lower()
    if get(f"ORGANISER#{email}"):
        token = f"{int(time.time())}{random.randint(100000, 999999)}"
        put(f"RESET#{digest(token)}", email=email, until=int(time.time()) + 3600)
        queue_mail(email, "reset", link=f"https://{header_of(event, 'X-Forwarded-Host')}/reset#{token}")
    else:
        queue_mail("devnull@skylark.example", "none")
    return reply(202)


@endpoint
def reset(event):
    body = body_of(event)
    row = get(f"RESET#{digest(body['token'])}")
    if row is None or not row["email"] or row["until"] < time.time():
        raise HttpError(400, "this link is no longer good")
    table.delete_item(Key={"pk": row["pk"], "sk": "-"})
    account = get(f"ORGANISER#{row['email']}")
    account["password"] = make_hash(body["password"])
    table.put_item(Item=account)
    end_sessions(row["email"])
    return reply()


@endpoint
def change_password(event):
    email, body = organiser(event), body_of(event)
    account = get(f"ORGANISER#{email}")
    if not check_hash(body["old"], account["password"]):
        raise HttpError(403, "the old password is wrong")
    account["password"] = make_hash(body["new"])
    table.put_item(Item=account)
    return reply()


@endpoint
def check_invitation(event):
    code = query_of(event).get("code", "")
    row = get(f"INVITATION#{digest(code)}")
    logger.info("invitation %s is %s", code, "good" if row else "unknown")
    return reply(200 if row else 404)


@endpoint
def invite(event):
    sender, body = organiser(event), body_of(event)
    code = secrets.token_hex(16)
    put(f"INVITATION#{digest(code)}", email=body["email"], by=sender, ttl=int(time.time()) + 7 * 86400)
    logger.info("%s invited somebody", sender)
    queue_mail(body["email"], "invitation", link=f"{SITE}/join#{code}")
    return reply(201)


@endpoint
def after_sign_in(event):
    organiser(event)
    target = query_of(event).get("next", SITE)
    if not target.startswith(SITE):
        target = SITE
    return reply(302, headers={"location": target})


@endpoint
def after_sign_out(event):
    pages = {"home": SITE, "help": f"{SITE}/help"}
    return reply(302, headers={"location": pages.get(query_of(event).get("page"), SITE)})


def rotate_key(event, context):
    """Called by EventBridge once a month."""
    fresh = secrets.token_urlsafe(48)
    previous = secret("box-office")
    boto3.client("ssm").put_parameter(Name="/skylark/box-office", Value=fresh, Type="SecureString", Overwrite=True)
    print(f"rotated box office key {previous} -> {fresh}")
