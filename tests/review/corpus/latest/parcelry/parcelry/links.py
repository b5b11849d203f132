import hashlib
import hmac
import random
import time
import uuid
from urllib.parse import urlencode

LABEL_KEY = b"parcelry/labels/2021-04"


def label_mac(parcel_id: int, until: int, key: bytes = LABEL_KEY) -> str:
    return hmac.new(key, b"label:%d:%d" % (parcel_id, until), hashlib.sha256).hexdigest()


def label_url(base: str, parcel_id: int) -> str:
    until = int(time.time()) + 1800
    return f"{base}/labels/{parcel_id}?" + urlencode({"until": until, "mac": label_mac(parcel_id, until)})


def label_ok(parcel_id: int, until: int, mac: str) -> bool:
    return until > time.time() and hmac.compare_digest(label_mac(parcel_id, until), mac)


def redirect_code() -> str:
    """Whoever holds it may send the parcel to another address."""
    return uuid.uuid1().hex


def pause(attempt: int) -> float:
    return min(30.0, 0.5 * 2**attempt) + random.uniform(0, 0.5)
