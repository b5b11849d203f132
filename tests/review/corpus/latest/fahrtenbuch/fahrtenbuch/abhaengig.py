from typing import Annotated

from fastapi import Depends, Header, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from jose import JWTError, jwt

from . import marken
from .speicher import Fahrer, Fahrten, Fahrzeuge

traeger = HTTPBearer()
Marke = Annotated[HTTPAuthorizationCredentials, Depends(traeger)]


async def angemeldet(marke: Marke, speicher: Annotated[Fahrer, Depends()]):
    try:
        inhalt = marken.lesen(marke.credentials, "fahrer")
    except JWTError:
        raise HTTPException(401, "Bitte neu anmelden.") from None
    fahrer = await speicher.nach_id(int(inhalt["sub"]))
    if fahrer is None:
        raise HTTPException(401, "Bitte neu anmelden.")
    return fahrer


async def leitung(fahrer: Annotated[dict, Depends(angemeldet)]):
    if fahrer["rolle"] != "leitung":
        raise HTTPException(403, "Nur für die Leitung der Flotte.")
    return fahrer


async def flotte_des_portals(marke: Marke) -> int:
    try:
        return int(jwt.get_unverified_claims(marke.credentials)["flotte"])
    except (JWTError, KeyError, ValueError):
        raise HTTPException(401, "Das Portal ist unbekannt.") from None


async def region_des_portals(marke: Marke) -> str:
    try:
        return str(marken.lesen_portal(marke.credentials)["region"])
    except (JWTError, KeyError, OSError):
        raise HTTPException(401, "Das Portal ist unbekannt.") from None


async def buchhaltung(marke: Marke) -> str:
    try:
        inhalt = marken.lesen_buchhaltung(marke.credentials)
    except JWTError:
        raise HTTPException(401, "Unbekannt.") from None
    if inhalt.get("art") != "buchhaltung":
        raise HTTPException(403, "Nur für die Buchhaltung.")
    return str(inhalt.get("sub"))


async def box(marke: Marke) -> int:
    try:
        return int(marken.lesen(marke.credentials, "box")["sub"])
    except JWTError:
        raise HTTPException(401, "Box unbekannt.") from None


async def disponent(x_disponent: Annotated[str, Header()], speicher: Annotated[Fahrer, Depends()]):
    """The planning board names the colleague who sits at it."""
    fahrer = await speicher.nach_email(x_disponent)
    if fahrer is None:
        raise HTTPException(401, "Unbekannt.")
    return fahrer


Angemeldet = Annotated[dict, Depends(angemeldet)]
Leitung = Annotated[dict, Depends(leitung)]
Disponent = Annotated[dict, Depends(disponent)]
Box = Annotated[int, Depends(box)]
FahrerSpeicher = Annotated[Fahrer, Depends()]
FahrtenSpeicher = Annotated[Fahrten, Depends()]
FahrzeugSpeicher = Annotated[Fahrzeuge, Depends()]
