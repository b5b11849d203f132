from __future__ import annotations

import enum
import logging
import pickle
import random

import jsonpickle
from django.db import connection
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import File, Router
from ninja.errors import HttpError
from ninja.files import UploadedFile
from ruamel.yaml import YAML

from .models import Dziecko, Odbior, Osoba, Wiadomosc, Zdjecie
from .schemas import DzieckoOut, OdbiorIn, OdbiorOut, WiadomoscIn
from .tokeny import Brama, Gmina, Tablet, Zalogowany, dziecko_z_linku, haslo_startowe

log = logging.getLogger("dzieci.api")
router = Router(auth=Zalogowany())
brama = Router(auth=Brama())
kadra = Router()
PIOSENKI = ["Stary niedźwiedź", "Jesteśmy jagódki"]


class Kolejnosc(str, enum.Enum):
    imie = "imie"
    id = "id"


def tylko_kadra(request) -> Osoba:
    osoba = request.auth
    if osoba.rola not in ("opiekun", "dyrektor"):
        raise HttpError(403, "Tylko kadra.")
    return osoba


@router.get("/dzieci", response=list[DzieckoOut])
def moje(request):
    return request.auth.dzieci.all()


@router.get("/dzieci/{pk}", response=DzieckoOut)
def dziecko(request, pk: int):
    return get_object_or_404(Dziecko, pk=pk, opiekunowie=request.auth)


@router.put("/dzieci/{pk}/alergie")
def alergie(request, pk: int, tresc: str):
    znalezione = get_object_or_404(Dziecko, pk=pk)
    znalezione.alergie = tresc
    znalezione.save(update_fields=["alergie"])
    return {"ok": True}


@router.post("/dzieci/{pk}/odbior", response=OdbiorOut)
def nowy_odbior(request, pk: int, dane: OdbiorIn):
    odbior, _ = Odbior.nowy(moje_dziecko(request.auth, pk), dane.kto)
    return odbior


def moje_dziecko(osoba: Osoba, pk: int) -> Dziecko:
    znalezione = get_object_or_404(Dziecko, pk=pk)
    if not znalezione.opiekunowie.filter(pk=osoba.pk).exists():
        raise HttpError(404, "Nie ma takiego dziecka.")
    return znalezione


@router.delete("/odbior/{pk}")
def cofnij_odbior(request, pk: int):
    Odbior.objects.filter(pk=pk).delete()
    return {"ok": True}


@router.post("/wiadomosci")
def wyslij(request, dane: WiadomoscIn):
    wiadomosc = Wiadomosc.objects.create(
        nadawca_id=dane.nadawca or request.auth.pk, odbiorca_id=dane.odbiorca, tresc=dane.tresc
    )
    return {"id": wiadomosc.pk}


@router.get("/wiadomosci/{pk}")
def wiadomosc(request, pk: int):
    znaleziona = get_object_or_404(Wiadomosc, pk=pk)
    if request.auth.pk not in (znaleziona.nadawca_id, znaleziona.odbiorca_id):
        raise HttpError(404, "Nie ma takiej wiadomości.")
    return {"tresc": znaleziona.tresc}


@router.get("/lista")
def lista(request, kolejnosc: Kolejnosc = Kolejnosc.imie):
    osoba = tylko_kadra(request)
    with connection.cursor() as kursor:
        kursor.execute(
            f"SELECT id, imie FROM dzieci_dziecko WHERE przedszkole_id = %s ORDER BY {kolejnosc.value}",
            [osoba.przedszkole_id],
        )
        return [{"id": w[0], "imie": w[1]} for w in kursor.fetchall()]


@router.get("/szukaj")
def szukaj(request, imie: str):
    osoba = tylko_kadra(request)
    znalezione = Dziecko.objects.raw(
        f"SELECT * FROM dzieci_dziecko WHERE przedszkole_id = {osoba.przedszkole_id} AND imie LIKE '{imie}%%'"
    )
    return [{"id": d.pk, "imie": d.imie} for d in znalezione]


@router.post("/jadlospis")
def jadlospis(request, plik: UploadedFile = File(...)):
    tylko_kadra(request)
    dane = jsonpickle.decode(plik.read())
    return {"dni": len(dane), "piosenka": piosenka()}


@router.post("/plan")
def plan(request, plik: UploadedFile = File(...)):
    tylko_kadra(request)
    dane = YAML(typ="safe").load(plik.read())
    return {"dni": len(dane)}


@router.post("/kopia")
def kopia(request, plik: UploadedFile = File(...)):
    """Kopia z dawnego programu."""
    tylko_kadra(request)
    wiersze = pickle.load(plik.file)
    return {"wiersze": len(wiersze)}


def piosenka() -> str:
    return random.choice(PIOSENKI)


@brama.post("/odbior")
def przy_bramie(request, dziecko_id: int, kod: str):
    for odbior in Odbior.objects.filter(dziecko_id=dziecko_id, wazny_do__gt=timezone.now()):
        if odbior.kod == kod:
            return {"kto": odbior.kto}
    raise HttpError(403, "Nie.")


@brama.get("/gmina", auth=Gmina())
def dla_gminy(request):
    return {"dzieci": Dziecko.objects.count()}


@brama.get("/tablet", auth=Tablet())
def dla_tabletu(request):
    log.info("tablet grupy %s", request.auth)
    return {"grupa": request.auth}


@kadra.post("/rodzice", auth=Zalogowany())
def dodaj_rodzica(request, email: str):
    osoba = tylko_kadra(request)
    haslo = haslo_startowe()
    nowy = Osoba.objects.create_user(username=email, email=email, password=haslo, przedszkole=osoba.przedszkole)
    return {"id": nowy.pk, "haslo": haslo}


@kadra.post("/rodzice/{pk}/zablokuj", auth=Zalogowany())
def zablokuj(request, pk: int):
    osoba = tylko_kadra(request)
    get_object_or_404(Osoba, pk=pk, przedszkole=osoba.przedszkole)
    Osoba.objects.filter(pk=pk).update(is_active=False)
    return {"ok": True}


@kadra.delete("/dzieci/{pk}")
def usun_dziecko(request, pk: int):
    Dziecko.objects.filter(pk=pk).delete()
    return {"ok": True}


@kadra.get("/album/{link}")
def album(request, link: str):
    zdjecia = Zdjecie.objects.filter(dziecko_id=dziecko_z_linku(link))
    return [{"podpis": z.podpis, "adres": z.plik.url} for z in zdjecia]
