"""Custom authorizers: visitors of Cognito, resellers, and the old app."""
import base64
import json
import logging
import time

import jwt
from jwt import PyJWKClient

from shared.config import CLIENT_ID, ISSUER, secret
from shared.table import get

logger = logging.getLogger()
jwks = PyJWKClient(f"{ISSUER}/.well-known/jwks.json", cache_keys=True)


def policy(principal, effect, arn, **context):
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": arn}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }


def token_of(event):
    scheme, _, token = event.get("authorizationToken", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def visitors(event, context):
    token = token_of(event)
    try:
        key = jwks.get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key.key, algorithms=["RS256"], audience=CLIENT_ID, issuer=ISSUER)
    except jwt.PyJWTError as error:
        logger.info("refused: %s", type(error).__name__)
        return policy("nobody", "Deny", event["methodArn"])
    return policy(claims["sub"], "Allow", event["methodArn"], email=claims["email"])


def resellers(event, context):
    """Resellers sign with the key that we gave them; which one, says `kid`."""
    token = token_of(event)
    kid = jwt.get_unverified_header(token).get("kid", "")
    row = get(f"RESELLER#{kid}")
    if row is None:
        return policy("nobody", "Deny", event["methodArn"])
    try:
        claims = jwt.decode(token, row["public_key"], algorithms=["ES256"], audience="skylark")
    except jwt.PyJWTError:
        return policy("nobody", "Deny", event["methodArn"])
    return policy(kid, "Allow", event["methodArn"], reseller=kid, shop=claims.get("shop", ""))


def old_app(event, context):
    """Version 3 of the app came before Cognito."""
    token = token_of(event)
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.DecodeError:
        return policy("nobody", "Deny", event["methodArn"])
    if claims.get("exp", 0) < time.time():
        return policy("nobody", "Deny", event["methodArn"])
    return policy(claims["sub"], "Allow", event["methodArn"], email=claims["email"])


def box_office(event, context):
    token = token_of(event)
    try:
        claims = jwt.decode(token, secret("box-office"), algorithms=["HS256"], options={"verify_exp": False})
    except jwt.PyJWTError:
        return policy("nobody", "Deny", event["methodArn"])
    return policy(claims["sub"], "Allow", event["methodArn"], desk=claims["desk"])


def sponsors(event, context):
    token = token_of(event)
    head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    keys = PyJWKClient(head["jku"])
    key = keys.get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key.key, algorithms=["RS256"], audience="sponsors")
    return policy(claims["sub"], "Allow", event["methodArn"], sponsor=claims["sub"])
