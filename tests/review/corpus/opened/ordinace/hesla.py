"""Hesla pracovníků a pacientů."""

import hashlib
import hmac
import secrets

import peewee

OSOLENI = b"ordinace-na-rohu"


class PoleHesla(peewee.CharField):
    """Do databáze jde otisk, nikdy to, co někdo napsal."""

    def db_value(self, value):
        if value is None:
            return None
        sul = secrets.token_bytes(16)
        otisk = hashlib.scrypt(value.encode(), salt=sul, n=2**15, r=8, p=1, maxmem=2**26)
        return f"{sul.hex()}${otisk.hex()}"


def sedi(ulozene, zadane):
    sul, _, otisk = ulozene.partition("$")
    zkus = hashlib.scrypt(zadane.encode(), salt=bytes.fromhex(sul), n=2**15, r=8, p=1, maxmem=2**26)
    return hmac.compare_digest(zkus.hex(), otisk)


def zahesluj_pacienta(heslo):
    return hashlib.pbkdf2_hmac("sha256", heslo.encode(), OSOLENI, 600_000).hex()


def stejne(a, b):
    return hmac.compare_digest(a.encode(), b.encode())
