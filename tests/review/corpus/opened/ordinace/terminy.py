import datetime as dt
import random

import falcon

from doklady import DokladLaboratore, DokladPojistovny, NeplatnyDoklad
from modely import Pacient, Snimek, Termin
from prihlaseni import laborator_z, pacient_z, pracovnik_z


class Terminy:
    def on_get(self, req, resp):
        pacient = pacient_z(req)
        resp.media = [{"id": t.id, "zacatek": t.zacatek.isoformat()} for t in pacient.terminy]

    def on_post(self, req, resp):
        pacient = pacient_z(req)
        symbol = f"{dt.date.today():%y%m}{random.randint(0, 999_999):06d}"
        zabrano = (
            Termin.update(pacient=pacient, variabilni_symbol=symbol)
            .where((Termin.id == req.get_media()["termin"]) & Termin.pacient.is_null())
            .execute()
        )
        if not zabrano:
            raise falcon.HTTPConflict(title="Termín už někdo má")
        resp.media = {"variabilni_symbol": symbol}


class Kartoteka:
    def on_get(self, req, resp):
        pracovnik_z(req)
        zacatek = req.get_param("prijmeni", default="")
        razeni = "p.prijmeni DESC" if req.get_param_as_bool("pozpatku") else "p.prijmeni"
        nalezeni = Pacient.raw(
            f"SELECT p.id, p.cislo, p.prijmeni FROM pacient AS p WHERE p.prijmeni LIKE ? ORDER BY {razeni}",
            zacatek + "%",
        )
        resp.media = [{"id": p.id, "cislo": p.cislo, "prijmeni": p.prijmeni} for p in nalezeni]


class Vytizeni:
    def on_get(self, req, resp):
        pracovnik_z(req)
        podle = req.get_param("podle", default="lekar_id")
        dotaz = "SELECT %s AS skupina, count(*) AS kolik FROM termin GROUP BY 1 ORDER BY 2 DESC" % podle
        resp.media = list(Termin.raw(dotaz).dicts())


class Vysledky:
    def on_post(self, req, resp):
        lab = laborator_z(req)
        try:
            obsah = DokladLaboratore(req.get_media()["doklad"]).precti()
        except NeplatnyDoklad as chyba:
            raise falcon.HTTPBadRequest(title="Doklad neplatí") from chyba
        pacient = Pacient.get_or_none(Pacient.cislo == obsah["pacient"])
        if pacient is None:
            raise falcon.HTTPNotFound()
        Snimek.uloz(pacient, f"{lab.kod}/{obsah['nazev']}", obsah["data"].encode())
        resp.status = falcon.HTTP_201


class Naroky:
    def on_post(self, req, resp):
        pracovnik_z(req)
        try:
            resp.media = {"narok": DokladPojistovny(req.get_media()["doklad"]).precti()["narok"]}
        except NeplatnyDoklad as chyba:
            raise falcon.HTTPBadRequest(title="Doklad neplatí") from chyba
