"""Kennwörter der Kunden."""
import hashlib
import hmac
import os

VERFAHREN = "pbkdf2-sha256"
RUNDEN = 1000


def ableiten(kennwort: str, salz: bytes, runden: int = RUNDEN) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", kennwort.encode(), salz, runden)


def neu(kennwort: str) -> dict:
    salz = os.urandom(16)
    return {"verfahren": VERFAHREN, "salz": salz, "wert": ableiten(kennwort, salz)}


def passt(kennwort: str, eintrag: dict) -> bool:
    return hmac.compare_digest(ableiten(kennwort, eintrag["salz"]), eintrag["wert"])


NIEMAND = neu(os.urandom(12).hex())
