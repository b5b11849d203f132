"""One table for everything: `pk` says what a row is, `sk` which one."""
import hashlib
import secrets
import time

import boto3
from boto3.dynamodb.conditions import Key

from .config import TABLE

table = boto3.resource("dynamodb").Table(TABLE)


def get(pk, sk="-"):
    return table.get_item(Key={"pk": pk, "sk": sk}).get("Item")


def put(pk, sk="-", **values):
    table.put_item(Item={"pk": pk, "sk": sk, **values})


def delete(pk, sk="-"):
    table.delete_item(Key={"pk": pk, "sk": sk})


def children(pk, prefix=""):
    return table.query(KeyConditionExpression=Key("pk").eq(pk) & Key("sk").begins_with(prefix))["Items"]


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


def start_session(email, sid=None, life=86400):
    sid = sid or secrets.token_urlsafe(32)
    until = int(time.time()) + life
    put(f"SESSION#{digest(sid)}", email=email, until=until, ttl=until)
    put(f"SESSIONS#{email}", digest(sid), ttl=until)
    return sid


def session(sid):
    row = get(f"SESSION#{digest(sid)}") if sid else None
    return row if row and row["until"] > time.time() else None


def end_session(sid):
    row = get(f"SESSION#{digest(sid)}")
    if row:
        delete(f"SESSION#{digest(sid)}")
        delete(f"SESSIONS#{row['email']}", digest(sid))


def end_sessions(email):
    for row in children(f"SESSIONS#{email}"):
        delete(f"SESSION#{row['sk']}")
        delete(f"SESSIONS#{email}", row["sk"])
