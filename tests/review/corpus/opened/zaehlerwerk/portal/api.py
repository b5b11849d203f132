from datetime import date
from decimal import Decimal

from django.contrib.auth.hashers import check_password
from ninja import NinjaAPI, Router, Schema
from ninja.errors import HttpError

from .dienste import melde_stand, vertrag_mit, zaehler_von
from .models import Anschluss, AppSitzung, Freigabe, Kundin
from .zugang import ImBrowser, InDerApp

api = NinjaAPI(title="Zählerwerk", auth=[ImBrowser(), InDerApp()])
offen = Router(auth=None)
staende = Router()
vertraege = Router()


class AppAnmeldung(Schema):
    kundennummer: str
    passwort: str


class Meldung(Schema):
    nummer: str
    stand: Decimal


class Sammelmeldung(Schema):
    kundennummer: str
    meldungen: list[Meldung]


class AblesungAus(Schema):
    am: date
    stand: Decimal


class Abschlag(Schema):
    betrag: Decimal


@offen.post("/anmeldung")
def app_anmelden(request, angaben: AppAnmeldung):
    try:
        kundin = Kundin.objects.get(kundennummer=angaben.kundennummer, gekuendigt_am__isnull=True)
    except Kundin.DoesNotExist:
        raise HttpError(404, "Diese Kundennummer gibt es nicht.")
    if not check_password(angaben.passwort, kundin.passwort):
        raise HttpError(403, "Das Passwort stimmt nicht.")
    return {"schluessel": AppSitzung.eroeffne(kundin)}


@staende.get("/{nummer}", response=list[AblesungAus])
def letzte_staende(request, nummer: str):
    return zaehler_von(request.auth, nummer).ablesungen.order_by("-am")[:24]


@staende.post("/")
def melden(request, meldung: Meldung):
    ablesung = melde_stand(request.auth, meldung.nummer, meldung.stand)
    return {"beleg": str(ablesung.beleg)}


@staende.post("/sammlung")
def sammelmeldung(request, sammlung: Sammelmeldung):
    """Alle Zähler eines Hauses auf einmal."""
    kundin = Kundin.objects.filter(kundennummer=sammlung.kundennummer, gekuendigt_am__isnull=True).first()
    if kundin is None:
        raise HttpError(422, "Die Meldung ist nicht vollständig.")
    belege = [melde_stand(kundin, meldung.nummer, meldung.stand) for meldung in sammlung.meldungen]
    return {"belege": [str(ablesung.beleg) for ablesung in belege]}


@vertraege.get("/")
def meine_vertraege(request):
    return [
        {"id": vertrag.pk, "tarif": vertrag.tarif, "abschlag": vertrag.abschlag}
        for vertrag in request.auth.vertraege.filter(aktiv=True)
    ]


@vertraege.put("/{vertrag_id}/abschlag")
def abschlag_aendern(request, vertrag_id: int, abschlag: Abschlag):
    vertrag = vertrag_mit(vertrag_id)
    if not 10 <= abschlag.betrag <= 2000:
        raise HttpError(422, "Der Abschlag muss zwischen 10 und 2000 Euro liegen.")
    vertrag.abschlag = abschlag.betrag
    vertrag.save(update_fields=["abschlag"])
    return {"abschlag": vertrag.abschlag}


@api.post("/freigaben/{anschluss_id}")
def freigeben(request, anschluss_id: int):
    anschluss = Anschluss.objects.filter(pk=anschluss_id, bewohner=request.auth).first()
    if anschluss is None:
        raise HttpError(404, "Diesen Anschluss gibt es nicht.")
    freigabe = Freigabe.objects.create(anschluss=anschluss, erteilt_von=request.auth)
    return {"kennung": str(freigabe.kennung), "endet": freigabe.endet}


api.add_router("/app", offen)
api.add_router("/staende", staende)
api.add_router("/vertraege", vertraege)
