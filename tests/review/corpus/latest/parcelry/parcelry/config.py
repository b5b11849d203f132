import os
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Config:
    dsn: str = field(default_factory=lambda: os.environ["PARCELRY_DSN"])
    redis: str = field(default_factory=lambda: os.environ.get("PARCELRY_REDIS", "redis://localhost/0"))
    base_url: str = field(default_factory=lambda: os.environ.get("PARCELRY_URL", "https://parcelry.example"))
    depot_ca: str = "/etc/parcelry/depots.pem"
    label_tool: str = "/usr/local/bin/parcel-labels"
    carrier_url: str = "https://api.northroute.example"
    carrier_client: str = "parcelry-eu"
    carrier_secret: str = field(default_factory=lambda: os.environ["NORTHROUTE_SECRET"])


SESSION_HOURS = 12
COURIER_COOKIE = {"httponly": True, "secure": True, "samesite": "Strict", "path": "/courier"}
PARTNER_KEYS = [key for key in os.environ.get("PARTNER_KEYS", "").split(",") if key]
DEPOT_DIGESTS = dict(pair.split(":") for pair in os.environ.get("DEPOT_DIGESTS", "").split(",") if pair)
