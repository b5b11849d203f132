from __future__ import annotations

import json
import logging

import httpx
from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail

log = logging.getLogger("dzieci.poczta")


def wyslij_pozniej(adres: str, link: str) -> None:
    kolejka = cache.get("poczta") or "[]"
    cache.set("poczta", json.dumps([*json.loads(kolejka), [adres, link]]))


def wyslij_zalegle() -> None:
    """Co minutę, z cron-a."""
    for adres, link in json.loads(cache.get("poczta") or "[]"):
        try:
            send_mail("Przedszkole", link, None, [adres])
        except OSError:
            log.exception("nie wysłano do %s: %s", adres, link)
    cache.delete("poczta")


def sms(numer: str, tresc: str) -> None:
    odpowiedz = httpx.post(
        "https://sms.example.pl/api",
        json={"do": numer, "tresc": tresc},
        headers={"Authorization": f"Bearer {settings.SMS_TOKEN}"},
    )
    if odpowiedz.is_error:
        log.error("sms: %s", odpowiedz.status_code)


def zglos_do_kuratorium(dane: dict) -> int:
    with httpx.Client(verify=str(settings.CERTYFIKAT_KURATORIUM)) as klient:
        return klient.post("https://kuratorium.example.pl/raport", json=dane).status_code
