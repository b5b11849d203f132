import hashlib
import uuid

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string


def fingerabdruck(geheimnis: str) -> str:
    return hashlib.sha256(geheimnis.encode()).hexdigest()


def freigabe_ende():
    return timezone.now() + settings.FREIGABE_DAUER


class Kundin(models.Model):
    kundennummer = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=120)
    mail = models.EmailField(unique=True)
    passwort = models.CharField(max_length=200)
    passwort_stand = models.PositiveIntegerField(default=1)
    gekuendigt_am = models.DateTimeField(null=True, blank=True)

    def setze_passwort(self, klartext: str) -> None:
        self.passwort = make_password(klartext)
        self.passwort_stand += 1

    def passwort_stimmt(self, klartext: str) -> bool:
        return check_password(klartext, self.passwort)


class Anschluss(models.Model):
    strasse = models.CharField(max_length=120)
    ort = models.CharField(max_length=80)
    bewohner = models.ManyToManyField(Kundin, related_name="anschluesse")


class Zaehler(models.Model):
    anschluss = models.ForeignKey(Anschluss, models.CASCADE, related_name="zaehler")
    nummer = models.CharField(max_length=20, unique=True)
    art = models.CharField(max_length=10, choices=[("strom", "Strom"), ("gas", "Gas"), ("wasser", "Wasser")])


class Ablesung(models.Model):
    beleg = models.UUIDField(default=uuid.uuid4, editable=False)
    zaehler = models.ForeignKey(Zaehler, models.CASCADE, related_name="ablesungen")
    gemeldet_von = models.ForeignKey(Kundin, models.PROTECT)
    stand = models.DecimalField(max_digits=12, decimal_places=3)
    am = models.DateField(default=timezone.localdate)


class Vertrag(models.Model):
    zaehler = models.ForeignKey(Zaehler, models.PROTECT)
    inhaberin = models.ForeignKey(Kundin, models.PROTECT, related_name="vertraege")
    tarif = models.CharField(max_length=40)
    abschlag = models.DecimalField(max_digits=8, decimal_places=2)
    aktiv = models.BooleanField(default=True)


class AppSitzung(models.Model):
    """Die App auf dem Telefon meldet sich mit ihrem eigenen Schlüssel."""

    kundin = models.ForeignKey(Kundin, models.CASCADE, related_name="app_sitzungen")
    schluessel = models.CharField(max_length=64, unique=True)
    endet = models.DateTimeField()

    @classmethod
    def eroeffne(cls, kundin: Kundin) -> str:
        geheimnis = get_random_string(48)
        cls.objects.create(
            kundin=kundin, schluessel=fingerabdruck(geheimnis), endet=timezone.now() + settings.APP_ANMELDUNG
        )
        return geheimnis


class Anmeldecode(models.Model):
    kundin = models.OneToOneField(Kundin, models.CASCADE)
    code = models.CharField(max_length=64)
    endet = models.DateTimeField()


class Freigabe(models.Model):
    """Wer den Link hat, darf den Verbrauch eines Anschlusses ansehen: Vermieter, Energieberatung."""

    kennung = models.UUIDField(default=uuid.uuid1, unique=True, editable=False)
    anschluss = models.ForeignKey(Anschluss, models.CASCADE)
    erteilt_von = models.ForeignKey(Kundin, models.CASCADE)
    endet = models.DateTimeField(default=freigabe_ende)
