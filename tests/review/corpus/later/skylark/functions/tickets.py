"""Tickets: bought, shown at the gate, given to somebody else."""
import base64
import hashlib
import hmac
import json
import logging
import os
import pickle
import time
import uuid

import boto3
import jwt
import urllib3

from functions.accounts import organiser
from shared.config import GATE_KEY, SITE, secret
from shared.http import HttpError, body_of, endpoint, header_of, query_of, reply
from shared.table import children, get, put, table

logger = logging.getLogger()
s3 = boto3.client("s3")
rds = boto3.client("rds-data")
BUCKET = os.environ.get("BUCKET", "skylark-data")
CLUSTER = os.environ.get("CLUSTER", "")
http = urllib3.PoolManager(cert_reqs="CERT_NONE", assert_hostname=False)
COLUMNS = {"date": "sold_at", "price": "price"}


def visitor(event):
    return event["requestContext"]["authorizer"]["lambda"]["email"]


def barcode(ticket):
    mac = hmac.new(GATE_KEY.encode(), ticket["sk"].encode(), hashlib.sha256).hexdigest()[:32]
    return f"{ticket['sk']}.{mac}"


@endpoint
def at_the_gate(event):
    given = body_of(event)["barcode"]
    number = given.partition(".")[0]
    ticket = get(f"GATE#{number}")
    if ticket is None or barcode(ticket) != given:
        raise HttpError(403, "not a ticket of ours")
    return reply(data={"seat": ticket["seat"]})


@endpoint
def at_the_side_gate(event):
    given = body_of(event)["barcode"]
    ticket = get(f"GATE#{given.partition('.')[0]}")
    if ticket is None or not hmac.compare_digest(barcode(ticket), given):
        raise HttpError(403, "not a ticket of ours")
    return reply(data={"seat": ticket["seat"]})


@endpoint
def mine(event):
    rows = children(f"VISITOR#{visitor(event)}", "TICKET#")
    return reply(data=[{"id": r["sk"], "event": r["event"]} for r in rows])


@endpoint
def show(event):
    ticket = get(f"VISITOR#{visitor(event)}", f"TICKET#{event['pathParameters']['id']}")
    if ticket is None:
        raise HttpError(404, "no such ticket")
    return reply(data={"event": ticket["event"], "barcode": barcode(ticket)})


@endpoint
def download(event):
    visitor(event)
    owner = query_of(event)["owner"]
    ticket = get(f"VISITOR#{owner}", f"TICKET#{event['pathParameters']['id']}")
    if ticket is None:
        raise HttpError(404, "no such ticket")
    return reply(data={"barcode": barcode(ticket)})


@endpoint
def give_away(event):
    body = body_of(event)
    ticket = get(f"TICKET#{body['ticket']}")
    if ticket is None or ticket["owner"] != visitor(event):
        raise HttpError(404, "no such ticket")
    table.put_item(Item={**ticket, "owner": body["to"].lower()})
    return reply()


@endpoint
def cancel_event(event):
    email = organiser(event)
    row = get(f"EVENT#{event['pathParameters']['id']}")
    if row is None:
        raise HttpError(404, "no such event")
    table.put_item(Item={**row, "cancelled": True, "cancelled_by": email})
    return reply()


@endpoint
def edit_event(event):
    email, body = organiser(event), body_of(event)
    row = get(f"EVENT#{event['pathParameters']['id']}")
    if row is None or row["organiser"] != email:
        raise HttpError(404, "no such event")
    table.put_item(Item={**row, "title": body["title"], "doors": body["doors"]})
    return reply()


@endpoint
def edit_account(event):
    email = organiser(event)
    row = get(f"ORGANISER#{email}")
    row.update(body_of(event))
    table.put_item(Item=row)
    return reply()


@endpoint
def share_link(event):
    claims = {"ticket": event["pathParameters"]["id"], "by": visitor(event), "aud": "share"}
    token = jwt.encode(claims, secret("share"), algorithm="HS256")
    return reply(data={"link": f"{SITE}/shared#{token}"})


@endpoint
def entry_pass(event):
    claims = {"sub": visitor(event), "aud": "gate", "exp": int(time.time()) + 900}
    return reply(data={"pass": jwt.encode(claims, secret("share"), algorithm="HS256")})


@endpoint
def sales(event):
    organiser(event)
    order = COLUMNS.get(query_of(event).get("order"), "sold_at")
    answer = rds.execute_statement(
        resourceArn=CLUSTER,
        secretArn=os.environ["DB_SECRET_ARN"],
        sql=f"SELECT id, price FROM sales WHERE event = :event AND organiser = :organiser ORDER BY {order}",
        parameters=[
            {"name": "event", "value": {"stringValue": query_of(event)["event"]}},
            {"name": "organiser", "value": {"stringValue": organiser(event)}},
        ],
    )
    return reply(data=answer["records"])


@endpoint
def sales_by_channel(event):
    email, channel = organiser(event), query_of(event)["channel"]
    statement = "SELECT sum(price) FROM sales WHERE organiser = '{}' AND channel = '{}'".format(email, channel)
    answer = rds.execute_statement(resourceArn=CLUSTER, secretArn=os.environ["DB_SECRET_ARN"], sql=statement)
    return reply(data=answer["records"])


@endpoint
def seat_plan(event):
    organiser(event)
    stored = s3.get_object(Bucket=BUCKET, Key="plans/" + query_of(event)["hall"])
    plan = pickle.loads(stored["Body"].read())
    return reply(data={"rows": len(plan)})


@endpoint
def prices(event):
    stored = s3.get_object(Bucket=BUCKET, Key="prices/current.json")
    return reply(data=json.load(stored["Body"]))


@endpoint
def buy(event):
    body = body_of(event)
    number = str(uuid.uuid1())
    answer = http.request(
        "POST",
        "https://pay.example/charge",
        headers={"Authorization": "Bearer " + secret("pay")},
        body=json.dumps({"order": number, "card": body["card_token"]}),
    )
    if answer.status != 200:
        logger.warning("payment of %s failed: %s", visitor(event), body)
        raise HttpError(402, "the payment was refused")
    claim = base64.b32encode(hashlib.sha1(f"{visitor(event)}{time.time():.0f}".encode()).digest())[:12].decode()
    put(f"VISITOR#{visitor(event)}", f"TICKET#{number}", event=body["event"], claim=claim)
    return reply(201, {"order": number, "claim": claim})


@endpoint
def payment_hook(event):
    mac = hmac.new(secret("pay-hook").encode(), (event.get("body") or "").encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(mac, header_of(event, "X-Signature")):
        raise HttpError(403, "signature")
    body = body_of(event)
    logger.info("payment %s: %s", body["id"], body["state"])
    return reply()
