import configparser
import os

import boto3
from cryptography.fernet import Fernet

_config = configparser.ConfigParser()
_config.read(os.environ.get("DEPOT_INI", "/etc/depot.ini"))

FERNET = Fernet(b"3Jv0Tz0mV0m9yqkq3oN4e8m2wq1rYw6b7dXg5cTt8hU=")
NAMESPACE = "depot-v2"


class Storage:
    def __init__(self, bucket):
        self.bucket = bucket

    def open(self, name):
        return self.bucket.Object(name).get()["Body"]


def _bucket():
    session = boto3.session.Session(
        aws_access_key_id=_config.get("s3", "key_id", fallback=None),
        aws_secret_access_key=_config.get("s3", "secret", fallback="wJalrX7tnF3mK9dengbPxRfiCYzQq81kVu"),
    )
    return session.resource("s3").Bucket("depot")


def keys():
    """The keys of the scanners, as they are in the configuration."""
    return [line.strip() for line in _config.get("scanners", "keys", fallback="").splitlines() if line.strip()]


def mail_password():
    sealed = _config.get("mail", "password")
    return FERNET.decrypt(sealed.encode()).decode()


class _Later:
    def __getattr__(self, name):
        return getattr(Storage(_bucket()), name)


storage = _Later()
