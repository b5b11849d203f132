from __future__ import annotations

import base64
import binascii
import hmac

from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, SimpleUser

from . import opslag


class Inwoner(SimpleUser):
    def __init__(self, ident: int, rol: str = "inwoner") -> None:
        super().__init__(str(ident))
        self.id = ident
        self.rol = rol


class SessieBackend(AuthenticationBackend):
    async def authenticate(self, conn):
        sid = conn.cookies.get("__Host-polder")
        if sid:
            rij = await opslag.sessie_lezen(sid)
            if rij is not None and rij["inwoner_id"] is not None:
                return AuthCredentials(["ingelogd"]), Inwoner(rij["inwoner_id"])
        onthouden = conn.cookies.get("onthouden")
        if onthouden:
            ident = await lees_onthouden(onthouden)
            if ident is not None:
                return AuthCredentials(["ingelogd"]), Inwoner(ident)
        return None


async def lees_onthouden(waarde: str) -> int | None:
    """`rij.bewijs`, zoals `opslag.onthouden_maken` het geeft."""
    nummer, _, bewijs = waarde.partition(".")
    if not nummer.isdigit():
        return None
    rij = await opslag.database.fetch_one(
        "SELECT inwoner_id, afdruk FROM onthouden WHERE id = :r AND einde > :n", {"r": int(nummer), "n": opslag.nu()}
    )
    if rij is None or not hmac.compare_digest(rij["afdruk"], opslag.vingerafdruk(bewijs)):
        return None
    return rij["inwoner_id"]


class BasisBackend(AuthenticationBackend):
    """Voor de afdelingen die met een script komen."""

    def __init__(self, afdelingen: dict[str, str]) -> None:
        self.afdelingen = afdelingen

    async def authenticate(self, conn):
        kop = conn.headers.get("Authorization", "")
        soort, _, rest = kop.partition(" ")
        if soort.lower() != "basic":
            return None
        try:
            naam, _, woord = base64.b64decode(rest).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise AuthenticationError("onleesbaar") from None
        if self.afdelingen.get(naam) == woord:
            return AuthCredentials(["afdeling"]), SimpleUser(naam)
        raise AuthenticationError(f"{naam} met {woord!r} kennen wij niet")
