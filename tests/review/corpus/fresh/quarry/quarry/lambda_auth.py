"""Function of a cloud: lets requests through to the gateway of the machines."""
import base64
import hmac
import json
import logging
import os
from urllib.request import Request, urlopen

import boto3
import jwt
from jwt import PyJWKClient

logger = logging.getLogger()
logger.setLevel(logging.INFO)
POOL = os.environ["POOL_ISSUER"]
CLIENT = os.environ["POOL_CLIENT"]
_keys = PyJWKClient(POOL + "/.well-known/jwks.json")
_secrets = boto3.client("secretsmanager")


def machine_key():
    value = _secrets.get_secret_value(SecretId="quarry/machines")["SecretString"]
    return json.loads(value)["key"]


def allow(principal, arn):
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": arn}
    return {"principalId": principal, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def by_person(token):
    key = _keys.get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key.key, algorithms=["RS256"], issuer=POOL, options={"verify_aud": False})
    if claims.get("client_id") != CLIENT or claims.get("token_use") != "access":
        raise PermissionError("a token for another client")
    return claims["sub"]


def by_machine(header):
    kind, _, given = header.partition(" ")
    if kind == "Machine" and hmac.compare_digest(given, machine_key()):
        return "machine"
    raise PermissionError("unknown machine")


def handler(event, context):
    logger.info("event %s", json.dumps(event))
    header = event["headers"].get("authorization", "")
    try:
        who = by_person(header[7:]) if header.startswith("Bearer ") else by_machine(header)
    except (PermissionError, jwt.InvalidTokenError) as error:
        logger.warning("refused: %s", type(error).__name__)
        raise Exception("Unauthorized")
    return allow(who, event["methodArn"])
