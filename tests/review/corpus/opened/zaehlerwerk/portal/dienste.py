"""Was Portal und App gemeinsam tun."""

from decimal import Decimal

from django.db import transaction
from django.shortcuts import get_object_or_404
from ninja.errors import HttpError

from .models import Ablesung, Kundin, Vertrag, Zaehler


def zaehler_von(kundin: Kundin, nummer: str) -> Zaehler:
    return get_object_or_404(Zaehler, nummer=nummer, anschluss__bewohner=kundin)


def vertrag_mit(vertrag_id: int) -> Vertrag:
    return get_object_or_404(Vertrag.objects.select_related("zaehler"), pk=vertrag_id, aktiv=True)


@transaction.atomic
def melde_stand(kundin: Kundin, nummer: str, stand: Decimal) -> Ablesung:
    zaehler = zaehler_von(kundin, nummer)
    letzte = zaehler.ablesungen.order_by("-am", "-pk").first()
    if letzte is not None and stand < letzte.stand:
        raise HttpError(422, "Der Stand ist kleiner als der letzte.")
    return Ablesung.objects.create(zaehler=zaehler, gemeldet_von=kundin, stand=stand)
