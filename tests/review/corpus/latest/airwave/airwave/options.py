import os

from tornado.options import define

define("port", default=8000, type=int)
define("debug", default=False, type=bool)
define("db", default="/var/lib/airwave/airwave.db")
define("spool", default="/var/spool/airwave")
define("public_url", default="https://airwave.example")
define("stream_user", default="source")
define("stream_mount", default="/live.ogg")
define("upload_secret", default=os.environ["AIRWAVE_UPLOAD_SECRET"])

STATION_KEYS = os.environ.get("AIRWAVE_STATION_KEYS", "/etc/airwave/stations.json")
REMEMBER_DAYS = 365 * 20
SESSION_DAYS = 2
