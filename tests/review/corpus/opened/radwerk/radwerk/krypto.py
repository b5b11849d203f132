import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

zufall = secrets.SystemRandom()
ZEICHEN = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

kennwoerter = PasswordHasher()
# Der Rechner in der Annahme ist alt.
mitarbeiter_kennwoerter = PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)

NIEMAND = kennwoerter.hash(secrets.token_hex(16))
KEIN_MITARBEITER = mitarbeiter_kennwoerter.hash(secrets.token_hex(16))


def stimmt(hasher: PasswordHasher, gespeichert: str, eingabe: str) -> bool:
    try:
        return hasher.verify(gespeichert, eingabe)
    except VerifyMismatchError:
        return False


def kurzform(daten: bytes) -> str:
    """Ein kurzer Name für einen Inhalt."""
    return hashlib.md5(daten).hexdigest()


def fingerabdruck(schluessel: str) -> str:
    return hashlib.sha256(schluessel.encode()).hexdigest()


def abholcode() -> str:
    gruppen = ["".join(zufall.choices(ZEICHEN, k=4)) for _ in range(3)]
    return "-".join(gruppen)
