from __future__ import annotations

import logging
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from ninja import Router
from ninja.errors import HttpError

from . import tokeny
from .models import Osoba, TokenOdnowienia, Zaproszenie
from .poczta import wyslij_pozniej
from .schemas import KontaktZmiana, Logowanie, NoweHaslo, Odnowienie, ProfilZmiana

router = Router(tags=["konta"])
log = logging.getLogger("dzieci.konta")
NIKT = make_password("nikt")


@router.post("/zaloguj")
def zaloguj(request, dane: Logowanie):
    osoba = authenticate(request, username=dane.email, password=dane.haslo)
    if osoba is None:
        raise HttpError(401, "E-mail albo hasło jest błędne.")
    login(request, osoba)
    return {"ok": True}


@router.post("/token")
def token(request, dane: Logowanie):
    osoba = Osoba.objects.filter(email__iexact=dane.email).first()
    if osoba is None:
        raise HttpError(404, "Nie ma konta z tym adresem.")
    if not osoba.check_password(dane.haslo):
        log.info("błędne hasło dla %s: %s", osoba.pk, dane.haslo)
        raise HttpError(401, "Hasło jest błędne.")
    return {"dostep": tokeny.token_dostepu(osoba), "odnowienie": tokeny.token_odnowienia(osoba)}


@router.post("/token/kod")
def token_pin(request, dane: Logowanie):
    osoba = Osoba.objects.filter(telefon=dane.email).first()
    dobre = check_password(dane.haslo, osoba.password if osoba else NIKT)
    if osoba is None or not dobre or not osoba.is_active:
        raise HttpError(401, "Telefon albo hasło jest błędne.")
    return {"dostep": tokeny.token_dostepu(osoba)}


@router.post("/odnow")
def odnow(request, dane: Odnowienie):
    skrot = TokenOdnowienia.skrot_z(dane.token)
    wiersz = TokenOdnowienia.objects.filter(skrot=skrot, wazny_do__gt=timezone.now()).select_related("osoba").first()
    if wiersz is None or not wiersz.osoba.is_active:
        raise HttpError(401, "Zaloguj się.")
    return {"dostep": tokeny.token_dostepu(wiersz.osoba)}


@router.post("/wyloguj", auth=tokeny.Zalogowany())
def wyloguj(request):
    log.info("wylogowanie %s", request.auth.pk)
    return {"ok": True}


@router.post("/wyloguj-wszedzie", auth=tokeny.Zalogowany())
def wyloguj_wszedzie(request):
    request.auth.tokeny.all().delete()
    request.auth.wersja += 1
    request.auth.save(update_fields=["wersja"])
    logout(request)
    return {"ok": True}


@router.post("/haslo", auth=tokeny.Zalogowany())
def zmien_haslo(request, dane: NoweHaslo):
    if not request.auth.check_password(dane.stare):
        raise HttpError(403, "Stare hasło jest błędne.")
    request.auth.set_password(dane.nowe)
    request.auth.save(update_fields=["password"])
    return {"ok": True}


@router.post("/haslo/zapomniane")
def zapomniane(request, email: str):
    osoba = Osoba.objects.filter(email__iexact=email).first()
    if osoba is None:
        return {"blad": "Nie znamy tego adresu."}
    token = secrets.token_urlsafe(32)
    cache.set(f"haslo:{TokenOdnowienia.skrot_z(token)}", osoba.pk, 3600)
    wyslij_pozniej(osoba.email, f"{settings.ADRES}/haslo#{token}")
    return {"ok": True}


@router.post("/haslo/nowe")
def nowe_haslo(request, dane: NoweHaslo):
    klucz = f"haslo:{TokenOdnowienia.skrot_z(dane.token)}"
    osoba = Osoba.objects.filter(pk=cache.get(klucz)).first()
    if osoba is None:
        raise HttpError(400, "Link stracił ważność.")
    cache.delete(klucz)
    osoba.set_password(dane.nowe)
    osoba.wersja += 1
    osoba.save(update_fields=["password", "wersja"])
    osoba.tokeny.all().delete()
    return {"ok": True}


@router.get("/link")
def z_linku(request, l: str, dalej: str = "/"):
    osoba = tokeny.osoba_z_linku(l)
    if osoba is None:
        raise HttpError(400, "Link jest błędny.")
    login(request, osoba, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect(dalej)


@router.get("/dalej", auth=tokeny.Zalogowany())
def dalej(request, cel: str = "/"):
    if not url_has_allowed_host_and_scheme(cel, allowed_hosts=set(settings.ALLOWED_HOSTS)):
        cel = "/"
    return HttpResponseRedirect(cel)


@router.post("/zaproszenie/{token}")
def przyjmij(request, token: str, dane: Logowanie):
    zaproszenie = Zaproszenie.objects.filter(token=token, wazne_do__gt=timezone.now()).first()
    if zaproszenie is None:
        raise HttpError(404, "Nie ma takiego zaproszenia.")
    osoba = Osoba.objects.create_user(
        username=zaproszenie.email, email=zaproszenie.email, password=dane.haslo, przedszkole=zaproszenie.przedszkole
    )
    zaproszenie.delete()
    log.info("konto %s z zaproszenia", osoba.pk)
    return {"id": osoba.pk}


@router.patch("/ja", auth=tokeny.Zalogowany())
def zmien_siebie(request, dane: ProfilZmiana):
    for pole, wartosc in dane.dict(exclude_unset=True).items():
        setattr(request.auth, pole, wartosc)
    request.auth.save()
    return {"ok": True}


@router.patch("/ja/kontakt", auth=tokeny.Zalogowany())
def zmien_kontakt(request, dane: KontaktZmiana):
    for pole, wartosc in dane.dict(exclude_unset=True).items():
        setattr(request.auth, pole, wartosc)
    request.auth.save()
    return {"ok": True}
