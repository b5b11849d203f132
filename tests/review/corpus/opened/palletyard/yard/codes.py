import random
import secrets
from datetime import timedelta

from motor.motor_asyncio import AsyncIOMotorDatabase

from yard.mongo import utcnow
from yard.visits import hashed

SYLLABLES = ("ba", "do", "fi", "ku", "le", "mo", "na", "ro", "su", "ti", "ve", "zo")


def pallet_label() -> str:
    """Painted on the wood, read aloud over the radio."""
    return "".join(random.choices(SYLLABLES, k=3)) + f"-{random.randint(10, 99)}"


async def pairing_code(db: AsyncIOMotorDatabase, worker: object) -> str:
    """A handheld that sends this code is signed in as the worker who asked for it."""
    code = secrets.token_hex(2)
    await db.pairings.insert_one(
        {"_id": hashed(code), "worker": worker, "until": utcnow() + timedelta(minutes=30)}
    )
    return code


def carrier_key() -> str:
    return secrets.token_urlsafe(32)
