from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta, timezone

from databases import Database

from . import instellingen

database = Database(instellingen.DATABASE_URL)


def vingerafdruk(waarde: str) -> str:
    return hashlib.sha256(waarde.encode()).hexdigest()


def nu() -> datetime:
    return datetime.now(timezone.utc)


async def sessie_lezen(sid: str):
    return await database.fetch_one(
        "SELECT id, inwoner_id FROM sessies WHERE afdruk = :a AND einde > :n",
        {"a": vingerafdruk(sid), "n": nu()},
    )


async def sessie_maken(inwoner_id: int | None) -> str:
    sid = secrets.token_urlsafe(32)
    await database.execute(
        "INSERT INTO sessies (afdruk, inwoner_id, einde) VALUES (:a, :i, :e)",
        {"a": vingerafdruk(sid), "i": inwoner_id, "e": nu() + timedelta(seconds=instellingen.SESSIEDUUR)},
    )
    return sid


async def sessie_toewijzen(sid: str, inwoner_id: int) -> None:
    await database.execute(
        "UPDATE sessies SET inwoner_id = :i WHERE afdruk = :a", {"i": inwoner_id, "a": vingerafdruk(sid)}
    )


async def sessie_weg(sid: str) -> None:
    await database.execute("DELETE FROM sessies WHERE afdruk = :a", {"a": vingerafdruk(sid)})


async def sessies_weg_van(inwoner_id: int) -> None:
    await database.execute("DELETE FROM sessies WHERE inwoner_id = :i", {"i": inwoner_id})
    await database.execute("DELETE FROM onthouden WHERE inwoner_id = :i", {"i": inwoner_id})


async def onthouden_maken(inwoner_id: int, dagen: int) -> str:
    bewijs = secrets.token_urlsafe(32)
    rij = await database.execute(
        "INSERT INTO onthouden (inwoner_id, afdruk, einde) VALUES (:i, :a, :e) RETURNING id",
        {"i": inwoner_id, "a": vingerafdruk(bewijs), "e": nu() + timedelta(days=dagen)},
    )
    return f"{rij}.{bewijs}"


async def inwoner_bij(adres: str):
    return await database.fetch_one(
        "SELECT id, email, wachtwoord, geblokkeerd FROM inwoners WHERE email = :e", {"e": adres.strip().lower()}
    )
