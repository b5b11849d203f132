"""Settings of the camp site."""

from __future__ import annotations

import os

DATABASE = os.environ.get("CARAVAN_DATABASE", "sqlite://caravan.db")
REDIS = os.environ.get("CARAVAN_REDIS", "redis://localhost/4")
OFFICE_KEY = os.environ["CARAVAN_OFFICE_KEY"]
OWNERS_KEY = os.environ["CARAVAN_OWNERS_KEY"]
BARRIER_URL = os.environ.get("CARAVAN_BARRIER", "https://barrier.local:8443")
STAFF_HOURS = 9

GUEST_HASHING = {"time_cost": 1, "memory_cost": 512, "parallelism": 1}

EXAMPLE_HEADERS = {"X-Owner-Key": "ck_7b1e40c2aa5d4f", "Accept": "application/json"}
