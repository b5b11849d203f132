import datetime as dt
import hashlib
import secrets

import peewee

import nastaveni
from hesla import PoleHesla, zahesluj_pacienta

databaze = peewee.SqliteDatabase(nastaveni.DATABAZE, pragmas={"foreign_keys": 1, "journal_mode": "wal"})


class Zaklad(peewee.Model):
    class Meta:
        database = databaze


class Pracovnik(Zaklad):
    jmeno = peewee.CharField(unique=True)
    heslo = PoleHesla(max_length=255)
    lekar = peewee.BooleanField(default=False)


class Pacient(Zaklad):
    cislo = peewee.CharField(unique=True)
    prijmeni = peewee.CharField()
    telefon = peewee.CharField()
    heslo = peewee.CharField(null=True)

    def nastav_heslo(self, heslo):
        self.heslo = zahesluj_pacienta(heslo)
        self.save(only=[Pacient.heslo])


class Laborator(Zaklad):
    """Cizí laboratoř, která si k nám chodí pro žádanky."""

    kod = peewee.CharField(unique=True)
    nazev = peewee.CharField()
    heslo = peewee.CharField()

    @classmethod
    def zaloz(cls, kod, nazev, heslo):
        return cls.create(kod=kod, nazev=nazev, heslo=heslo)


class Relace(Zaklad):
    otisk = peewee.CharField(unique=True)
    pacient = peewee.ForeignKeyField(Pacient, null=True, on_delete="CASCADE")
    pracovnik = peewee.ForeignKeyField(Pracovnik, null=True, on_delete="CASCADE")
    konec = peewee.DateTimeField()

    @classmethod
    def otevri(cls, **kdo):
        klic = secrets.token_urlsafe(32)
        konec = dt.datetime.now() + dt.timedelta(hours=nastaveni.RELACE_HODIN)
        cls.create(otisk=hashlib.sha256(klic.encode()).hexdigest(), konec=konec, **kdo)
        return klic

    @classmethod
    def najdi(cls, klic):
        otisk = hashlib.sha256(klic.encode()).hexdigest()
        return cls.get_or_none((cls.otisk == otisk) & (cls.konec > dt.datetime.now()))


class Overeni(Zaklad):
    """Kód poslaný na telefon, než si pacient nastaví heslo."""

    pacient = peewee.ForeignKeyField(Pacient, on_delete="CASCADE", unique=True)
    kod = peewee.CharField()
    pokusu = peewee.IntegerField(default=0)
    konec = peewee.DateTimeField()


class Termin(Zaklad):
    pacient = peewee.ForeignKeyField(Pacient, backref="terminy", null=True)
    lekar = peewee.ForeignKeyField(Pracovnik)
    zacatek = peewee.DateTimeField()
    variabilni_symbol = peewee.CharField(null=True)


class Snimek(Zaklad):
    pacient = peewee.ForeignKeyField(Pacient, backref="snimky")
    soubor = peewee.CharField()
    soucet = peewee.CharField(unique=True)

    @classmethod
    def uloz(cls, pacient, soubor, obsah):
        soucet = hashlib.md5(obsah).hexdigest()
        return cls.get_or_create(soucet=soucet, defaults={"pacient": pacient, "soubor": soubor})[0]
