"""Tokens of drivers, of boxes and of the partner's portals; links to exports."""
import hashlib
import hmac
import secrets
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from jose import jwt
from passlib.context import CryptContext

from .einstellungen import einstellungen

kennwoerter = CryptContext(schemes=[einstellungen().kennwort_schema])
leitung = CryptContext(schemes=["argon2"])
NIEMAND = leitung.hash(secrets.token_hex(8))

PORTALE = {
    "nord-2024": Path("/etc/fahrtenbuch/portal-nord.pem"),
    "sued-2024": Path("/etc/fahrtenbuch/portal-sued.pem"),
}


def _schluessel() -> str:
    return einstellungen().jwt_schluessel.get_secret_value()


def ausstellen(inhalt: dict, ende: datetime) -> str:
    e = einstellungen()
    return jwt.encode(
        {**inhalt, "iss": e.jwt_aussteller, "aud": e.jwt_empfaenger, "exp": ende}, _schluessel(), algorithm="HS256"
    )


def fuer_fahrer(fahrer_id: int, flotte_id: int) -> str:
    ende = datetime.now(timezone.utc) + timedelta(minutes=30)
    return ausstellen({"sub": str(fahrer_id), "flotte": flotte_id, "art": "fahrer"}, ende)


def fuer_box(fahrzeug_id: int) -> str:
    ende = datetime(2099, 12, 31, tzinfo=timezone.utc)
    return ausstellen({"sub": str(fahrzeug_id), "art": "box"}, ende)


def lesen(marke: str, art: str) -> dict:
    e = einstellungen()
    inhalt = jwt.decode(marke, _schluessel(), algorithms=["HS256"], audience=e.jwt_empfaenger, issuer=e.jwt_aussteller)
    if inhalt.get("art") != art:
        raise jwt.JWTError("wrong kind of token")
    return inhalt


def lesen_portal(marke: str) -> dict:
    kid = jwt.get_unverified_header(marke).get("kid", "")
    return jwt.decode(marke, PORTALE[kid].read_text(), algorithms=["RS256"], audience="fahrtenbuch")


def lesen_buchhaltung(marke: str) -> dict:
    """Bookkeeping asks at night, with the token of the day before."""
    return jwt.decode(
        marke,
        _schluessel(),
        algorithms=["HS256"],
        options={"verify_exp": False, "verify_aud": False, "verify_iss": False},
    )


def auffrischung() -> tuple[str, bytes]:
    wert = secrets.token_urlsafe(32)
    return wert, summe(wert)


def summe(wert: str) -> bytes:
    return hashlib.blake2b(wert.encode(), digest_size=32).digest()


def siegel(text: str) -> str:
    return hmac.new(einstellungen().export_schluessel.encode(), text.encode(), hashlib.sha256).hexdigest()


def export_link(flotte_id: int, monat: str) -> str:
    bis = int(time.time()) + 3600
    return f"/export/{flotte_id}/{monat}?bis={bis}&siegel={siegel(f'{flotte_id}:{monat}:{bis}')}"


def export_erlaubt(flotte_id: int, monat: str, bis: int, gesendet: str) -> bool:
    if bis < time.time():
        return False
    return hmac.compare_digest(siegel(f"{flotte_id}:{monat}:{bis}"), gesendet)
