"""Where the applications keep their things: names in the environment of a worker, files in the folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

FOLDER = "RESCIND_DEMO_FOLDER"
KEY = "RESCIND_DEMO_KEY"  # of signed tokens and cookies; all workers share it
REDIS = "RESCIND_DEMO_REDIS"  # the URL of the server
PAGES = "RESCIND_DEMO_PAGES"  # where each framework serves its page, as JSON

DATABASE = "notes.db"  # of the three frameworks: rescind's tables, and Django's users
SIGNED = "signed.db"  # of the signed tokens
PEERS = "peers.db"  # of the ordinary kinds
STOCK = "stock.db"  # of the ordinary Django project
PEOPLE = "people.db"  # passwords of those who are no users of Django


def folder() -> Path:
    """Where all of it is."""
    return Path(os.environ[FOLDER])


def url(name: str) -> str:
    """A file of the folder as rescind names a database."""
    return f"sqlite:///{folder() / name}"


def pages() -> dict[str, str]:
    """The address of each framework's page, by the framework's name."""
    return dict(json.loads(os.environ[PAGES]))


PATIENCE = "5s"
"""`authority_timeout`: a busy machine is no outage."""
