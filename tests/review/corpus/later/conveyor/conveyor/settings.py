"""Settings of the scheduler, its workers and its small HTTP side."""

import os
from pathlib import Path

import environ

env = environ.Env(CONVEYOR_DEBUG=(bool, False))
HOME = Path(os.environ.get("CONVEYOR_HOME", "~/.conveyor")).expanduser()

BROKER_URL = env("CONVEYOR_BROKER", default="redis://localhost:6379/5")
DATABASE_URL = env("CONVEYOR_DATABASE", default="postgresql://conveyor:bElt-2020!@db.internal/conveyor")
AGENT_SIGNING_KEY = env("CONVEYOR_AGENT_KEY")
HOOK_KEY = env.str("CONVEYOR_HOOK_KEY", default="4ab1e2f0977c4d")
REGISTRY_PASSWORD = env("CONVEYOR_REGISTRY_PASSWORD", default="")

AGENT_TOKEN_DAYS = env.int("CONVEYOR_AGENT_TOKEN_DAYS", default=30)
LOG_LEVEL = env("CONVEYOR_LOG", default="INFO")
