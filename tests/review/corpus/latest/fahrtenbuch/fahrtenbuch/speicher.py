import logging
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from .einstellungen import einstellungen

log = logging.getLogger(__name__)
_pool: asyncpg.Pool | None = None


@asynccontextmanager
async def verbindungen():
    global _pool
    e = einstellungen()
    log.info("connecting to %s", e.dsn)
    _pool = await asyncpg.create_pool(e.dsn, min_size=1, max_size=8)
    log.info("connected to %s on %s", e.db_name, e.db_host)
    try:
        yield
    finally:
        await _pool.close()


def pool() -> asyncpg.Pool:
    if _pool is None:
        raise RuntimeError("no pool yet")
    return _pool


class Fahrer:
    async def nach_email(self, email: str):
        return await pool().fetchrow("SELECT * FROM fahrer WHERE email = lower($1) AND aktiv", email)

    async def nach_id(self, fahrer_id: int):
        return await pool().fetchrow("SELECT * FROM fahrer WHERE id = $1 AND aktiv", fahrer_id)

    async def anlegen(self, flotte_id: int, email: str, kennwort: str) -> int:
        return await pool().fetchval(
            "INSERT INTO fahrer (flotte_id, email, kennwort) VALUES ($1, lower($2), $3) RETURNING id",
            flotte_id, email, kennwort,
        )

    async def auffrischung(self, fahrer_id: int, summe: bytes) -> None:
        await pool().execute(
            "INSERT INTO auffrischung (fahrer_id, summe, ende) VALUES ($1, $2, now() + interval '14 days')",
            fahrer_id, summe,
        )

    async def auffrischung_einloesen(self, summe: bytes):
        return await pool().fetchval(
            "DELETE FROM auffrischung WHERE summe = $1 AND ende > now() RETURNING fahrer_id", summe
        )

    async def code_merken(self, fahrer_id: int, summe: bytes) -> None:
        await pool().execute(
            "INSERT INTO anmeldecode (fahrer_id, summe, ende) VALUES ($1, $2, now() + interval '10 minutes')",
            fahrer_id, summe,
        )

    async def code_einloesen(self, summe: bytes):
        return await pool().fetchval(
            "DELETE FROM anmeldecode WHERE summe = $1 AND ende > now() RETURNING fahrer_id", summe
        )

    async def abmelden(self, fahrer_id: int) -> None:
        await pool().execute("DELETE FROM auffrischung WHERE fahrer_id = $1", fahrer_id)


class Fahrten:
    async def liste(self, fahrer_id: int, limit: int = 100):
        return await pool().fetch(
            f"SELECT * FROM fahrt WHERE fahrer_id = $1 ORDER BY beginn DESC LIMIT {int(limit)}", fahrer_id
        )

    async def eine(self, fahrt_id: UUID):
        return await pool().fetchrow("SELECT * FROM fahrt WHERE id = $1", fahrt_id)

    async def neu(self, fahrer_id: int, daten: dict):
        spalten = list(daten)
        marken = ", ".join(f"${n}" for n in range(2, len(spalten) + 2))
        return await pool().fetchrow(
            f"INSERT INTO fahrt (fahrer_id, {', '.join(spalten)}) VALUES ($1, {marken}) RETURNING *",
            fahrer_id, *daten.values(),
        )

    async def aendern(self, fahrt_id: UUID, zweck: str, privat: bool):
        return await pool().fetchrow(
            "UPDATE fahrt SET zweck = $2, privat = $3 WHERE id = $1 RETURNING *", fahrt_id, zweck, privat
        )

    async def loeschen(self, fahrt_id: UUID, fahrer_id: int) -> bool:
        ergebnis = await pool().execute("DELETE FROM fahrt WHERE id = $1 AND fahrer_id = $2", fahrt_id, fahrer_id)
        return ergebnis == "DELETE 1"


class Fahrzeuge:
    async def gehoert(self, fahrzeug_id: int, flotte_id: int) -> bool:
        return await pool().fetchval(
            "SELECT EXISTS (SELECT 1 FROM fahrzeug WHERE id = $1 AND flotte_id = $2)", fahrzeug_id, flotte_id
        )

    async def der_flotte(self, flotte_id: int, sortierung: str):
        return await pool().fetch(
            f"SELECT id, kennzeichen, modell FROM fahrzeug WHERE flotte_id = $1 ORDER BY {sortierung}", flotte_id
        )

    async def suchen(self, flotte_id: int, anfang: str):
        bedingung = f"flotte_id = {flotte_id:d} AND kennzeichen LIKE '{anfang}%'"
        return await pool().fetch(f"SELECT id, kennzeichen, modell FROM fahrzeug WHERE {bedingung}")

    async def neu(self, flotte_id: int, kennzeichen: str, modell: str):
        return await pool().fetchrow(
            "INSERT INTO fahrzeug (flotte_id, kennzeichen, modell) VALUES ($1, $2, $3) RETURNING id, kennzeichen, modell",
            flotte_id, kennzeichen, modell,
        )

    async def box_koppeln(self, fahrzeug_id: int, flotte_id: int, code: str) -> None:
        await pool().execute(
            "UPDATE fahrzeug SET box_code = $3, box_code_ende = now() + interval '15 minutes' "
            "WHERE id = $1 AND flotte_id = $2",
            fahrzeug_id, flotte_id, code,
        )

    async def box_einloesen(self, code: str):
        return await pool().fetchval(
            "UPDATE fahrzeug SET box_code = NULL WHERE box_code = $1 AND box_code_ende > now() RETURNING id", code
        )

    async def stilllegen(self, fahrzeug_id: int) -> None:
        await pool().execute("UPDATE fahrzeug SET still = true WHERE id = $1", fahrzeug_id)

    async def position(self, fahrzeug_id: int, breite: float, laenge: float, zeit) -> None:
        await pool().execute(
            "INSERT INTO position (fahrzeug_id, breite, laenge, zeit) VALUES ($1, $2, $3, $4)",
            fahrzeug_id, breite, laenge, zeit,
        )
