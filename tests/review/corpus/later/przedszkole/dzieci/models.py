from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class Przedszkole(models.Model):
    nazwa = models.CharField(max_length=120)


class Osoba(AbstractUser):
    """Rodzic, opiekun albo dyrektor."""

    rola = models.CharField(max_length=20, default="rodzic")
    przedszkole = models.ForeignKey(Przedszkole, null=True, on_delete=models.SET_NULL)
    telefon = models.CharField(max_length=20, blank=True)
    wersja = models.PositiveIntegerField(default=0)


class Dziecko(models.Model):
    imie = models.CharField(max_length=60)
    przedszkole = models.ForeignKey(Przedszkole, on_delete=models.CASCADE)
    opiekunowie = models.ManyToManyField(Osoba, related_name="dzieci")
    alergie = models.TextField(blank=True)


class Odbior(models.Model):
    """Kto może odebrać dziecko: kod podaje przy bramie."""

    dziecko = models.ForeignKey(Dziecko, on_delete=models.CASCADE)
    kto = models.CharField(max_length=120)
    kod = models.CharField(max_length=64)
    wazny_do = models.DateTimeField()

    @classmethod
    def nowy(cls, dziecko: Dziecko, kto: str) -> tuple[Odbior, str]:
        kod = f"{secrets.randbelow(10**8):08d}"
        odbior = cls.objects.create(
            dziecko=dziecko,
            kto=kto,
            kod=kod,
            wazny_do=timezone.now() + timedelta(hours=12),
        )
        return odbior, kod


class TokenOdnowienia(models.Model):
    osoba = models.ForeignKey(Osoba, on_delete=models.CASCADE, related_name="tokeny")
    skrot = models.CharField(max_length=64, unique=True)
    wazny_do = models.DateTimeField()

    @staticmethod
    def skrot_z(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()


class Zaproszenie(models.Model):
    email = models.EmailField()
    token = models.CharField(max_length=64)
    przedszkole = models.ForeignKey(Przedszkole, on_delete=models.CASCADE)
    wazne_do = models.DateTimeField()


class Zdjecie(models.Model):
    dziecko = models.ForeignKey(Dziecko, on_delete=models.CASCADE, related_name="zdjecia")
    plik = models.FileField(upload_to="zdjecia/")
    podpis = models.CharField(max_length=200, blank=True)


class Wiadomosc(models.Model):
    nadawca = models.ForeignKey(Osoba, on_delete=models.CASCADE, related_name="wyslane")
    odbiorca = models.ForeignKey(Osoba, on_delete=models.CASCADE, related_name="odebrane")
    tresc = models.TextField()
