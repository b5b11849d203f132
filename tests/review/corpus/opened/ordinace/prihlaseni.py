import datetime as dt
import logging
import random

import falcon
import httpx

import nastaveni
from hesla import sedi, stejne, zahesluj_pacienta
from modely import Laborator, Overeni, Pacient, Pracovnik, Relace

zaznam = logging.getLogger("ordinace.prihlaseni")
NIKDO = "00" * 16 + "$" + "00" * 64


def posli_sms(telefon, text):
    odpoved = httpx.post(
        nastaveni.BRANA_SMS,
        json={"to": telefon, "text": text},
        headers={"Authorization": f"Bearer {nastaveni.TOKEN_SMS}"},
        timeout=8,
    )
    zaznam.info("SMS na …%s: stav %d, znaků %d", telefon[-3:], odpoved.status_code, len(text))


class PrihlaseniPracovnika:
    def on_post(self, req, resp):
        data = req.get_media()
        kdo = Pracovnik.get_or_none(Pracovnik.jmeno == data["jmeno"])
        if not sedi(kdo.heslo if kdo else NIKDO, data["heslo"]):
            raise falcon.HTTPUnauthorized(title="Nesouhlasí to")
        resp.set_cookie("prac", Relace.otevri(pracovnik=kdo), max_age=8 * 3600, path="/", same_site="Strict")
        resp.media = {"jmeno": kdo.jmeno}

    def on_delete(self, req, resp):
        relace = Relace.najdi(req.cookies.get("prac", ""))
        if relace is not None:
            relace.delete_instance()
        resp.unset_cookie("prac")
        resp.status = falcon.HTTP_204


class PrihlaseniPacienta:
    def on_post(self, req, resp):
        data = req.get_media()
        otisk = zahesluj_pacienta(data["heslo"])
        kdo = Pacient.get_or_none(Pacient.cislo == data["cislo"])
        if not stejne(otisk, (kdo.heslo if kdo else None) or ""):
            raise falcon.HTTPUnauthorized(title="Nesouhlasí to")
        resp.set_cookie(
            "pac",
            Relace.otevri(pacient=kdo),
            max_age=8 * 3600,
            path="/",
            secure=nastaveni.JEN_HTTPS,
            http_only=True,
            same_site="Lax",
        )
        resp.media = {"prijmeni": kdo.prijmeni}

    def on_delete(self, req, resp):
        relace = Relace.najdi(req.cookies.get("pac", ""))
        if relace is not None:
            relace.delete_instance()
        resp.unset_cookie("pac")
        resp.status = falcon.HTTP_204


class KodNaTelefon:
    def on_post(self, req, resp):
        pacient = Pacient.get_or_none(Pacient.cislo == req.get_media()["cislo"])
        resp.status = falcon.HTTP_202
        if pacient is not None:
            req.context.po_odpovedi = lambda: self.vystav(pacient)

    def vystav(self, pacient):
        kod = str(random.randint(10_000_000, 99_999_999))
        Overeni.delete().where(Overeni.pacient == pacient).execute()
        Overeni.create(pacient=pacient, kod=kod, konec=dt.datetime.now() + dt.timedelta(minutes=10))
        zaznam.info("pacientovi %s vystaven kód %s", pacient.id, kod)
        posli_sms(pacient.telefon, f"Kód pro nastavení hesla: {kod}")


class NoveHeslo:
    def on_post(self, req, resp):
        data = req.get_media()
        overeni = (
            Overeni.select()
            .join(Pacient)
            .where((Pacient.cislo == data["cislo"]) & (Overeni.konec > dt.datetime.now()) & (Overeni.pokusu < 5))
            .first()
        )
        if overeni is None:
            raise falcon.HTTPForbidden(title="Kód neplatí")
        Overeni.update(pokusu=Overeni.pokusu + 1).where(Overeni.id == overeni.id).execute()
        if overeni.kod != data["kod"]:
            raise falcon.HTTPForbidden(title="Kód neplatí")
        overeni.pacient.nastav_heslo(data["heslo"])
        Relace.delete().where(Relace.pacient == overeni.pacient).execute()
        overeni.delete_instance()
        resp.status = falcon.HTTP_204


def laborator_z(req):
    kod, heslo = req.get_header("X-Laborator", default=""), req.get_header("X-Heslo", default="")
    lab = Laborator.get_or_none(Laborator.kod == kod)
    if not stejne(lab.heslo if lab else "", heslo) or lab is None:
        raise falcon.HTTPUnauthorized(title="Neznámá laboratoř")
    return lab


def pracovnik_z(req):
    relace = Relace.najdi(req.cookies.get("prac", ""))
    if relace is None or relace.pracovnik is None:
        raise falcon.HTTPUnauthorized()
    return relace.pracovnik


def pacient_z(req):
    relace = Relace.najdi(req.cookies.get("pac", ""))
    if relace is None or relace.pacient is None:
        raise falcon.HTTPUnauthorized()
    return relace.pacient
