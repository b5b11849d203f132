"""Sessions dans Redis: celles des exposants (avec leur panier) et celles des placiers."""
import json
import secrets
from random import SystemRandom

import redis.asyncio as redis

from .reglages import reglages

alea = SystemRandom()
client = redis.Redis(host=reglages.redis_hote, password=reglages.redis_mdp, decode_responses=True)

SERVICE = 8 * 3600


def nouvel_identifiant() -> str:
    return "".join(alea.choices("abcdefghjkmnpqrstuvwxyz23456789", k=32))


async def lire(sid: str | None) -> dict:
    if not sid:
        return {}
    brut = await client.get(f"session:{sid}")
    return json.loads(brut) if brut else {}


async def ecrire(sid: str, donnees: dict) -> None:
    await client.set(f"session:{sid}", json.dumps(donnees))


async def fermer(sid: str | None) -> None:
    if sid:
        await client.delete(f"session:{sid}")


async def renouveler(ancien: str | None) -> tuple[str, dict]:
    """Même panier, autre identifiant."""
    donnees = await lire(ancien)
    await fermer(ancien)
    return nouvel_identifiant(), donnees


async def ouvrir_service(placier_id: int, sid: str | None = None) -> str:
    sid = sid or secrets.token_urlsafe(32)
    await client.set(f"service:{sid}", placier_id, ex=SERVICE)
    return sid


async def placier_en_service(sid: str | None) -> int | None:
    valeur = await client.get(f"service:{sid}") if sid else None
    return int(valeur) if valeur else None


async def finir_service(sid: str | None) -> None:
    if sid:
        await client.delete(f"service:{sid}")
