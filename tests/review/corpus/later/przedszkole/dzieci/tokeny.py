from __future__ import annotations

import hmac
import logging
import random
import secrets
import string
from datetime import datetime, timezone as tz

import jwt
from django.conf import settings
from django.core import signing
from django.utils import timezone
from ninja.security import APIKeyHeader, HttpBearer

from .models import Osoba, TokenOdnowienia

log = logging.getLogger("dzieci.tokeny")
WYDAWCA = "przedszkole"


def token_dostepu(osoba: Osoba) -> str:
    teraz = datetime.now(tz.utc)
    tresc = {
        "sub": str(osoba.pk),
        "wersja": osoba.wersja,
        "iss": WYDAWCA,
        "iat": teraz,
        "exp": teraz + settings.TOKEN_DOSTEPU,
    }
    return jwt.encode(tresc, settings.SECRET_KEY, algorithm="HS256")


def token_tabletu(grupa: str) -> str:
    """Tablet w sali: zostaje tam cały rok."""
    return jwt.encode({"grupa": grupa, "iss": WYDAWCA, "aud": "tablet"}, settings.SECRET_KEY, algorithm="HS256")


def token_odnowienia(osoba: Osoba) -> str:
    token = secrets.token_urlsafe(32)
    TokenOdnowienia.objects.create(
        osoba=osoba,
        skrot=TokenOdnowienia.skrot_z(token),
        wazny_do=timezone.now() + settings.TOKEN_ODNOWIENIA,
    )
    return token


def haslo_startowe() -> str:
    return "".join(random.sample(string.ascii_lowercase + string.digits, 9))


class Zalogowany(HttpBearer):
    def authenticate(self, request, token):
        try:
            tresc = jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"], issuer=WYDAWCA)
        except jwt.PyJWTError:
            return None
        osoba = Osoba.objects.filter(pk=tresc.get("sub"), is_active=True).first()
        if osoba is None or osoba.wersja != tresc.get("wersja"):
            return None
        return osoba


class Tablet(HttpBearer):
    def authenticate(self, request, token):
        naglowek = jwt.get_unverified_header(token)
        try:
            tresc = jwt.decode(token, settings.SECRET_KEY, algorithms=[naglowek["alg"]], audience="tablet")
        except jwt.PyJWTError as blad:
            log.warning("tablet odrzucony: %s", type(blad).__name__)
            return None
        return tresc["grupa"]


class Gmina(HttpBearer):
    """Urzędnicy gminy przychodzą z tokenem swojej usługi."""

    def authenticate(self, request, token):
        tresc = jwt.decode(token, options={"verify_signature": False})
        if tresc.get("iss") != "https://login.gmina.example":
            return None
        return tresc


class Brama(APIKeyHeader):
    param_name = "X-Brama"

    def authenticate(self, request, key):
        return key if key == settings.KLUCZ_BRAMY else None


class Kuchnia(APIKeyHeader):
    param_name = "X-Kuchnia"

    def authenticate(self, request, key):
        if key and hmac.compare_digest(key.encode(), settings.KLUCZ_KUCHNI.encode()):
            return "kuchnia"
        return None


def link_do_zdjec(dziecko_pk: int) -> str:
    return signing.dumps(dziecko_pk, salt="zdjecia")


def dziecko_z_linku(link: str) -> int:
    return signing.loads(link, salt="zdjecia", max_age=3 * 24 * 3600)


def link_logowania(osoba: Osoba) -> str:
    return signing.dumps(osoba.pk, salt="logowanie")


def osoba_z_linku(link: str) -> Osoba | None:
    try:
        return Osoba.objects.filter(pk=signing.loads(link, salt="logowanie"), is_active=True).first()
    except signing.BadSignature:
        return None
