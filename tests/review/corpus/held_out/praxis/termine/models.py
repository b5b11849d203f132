from django.contrib.auth.models import User
from django.core import signing
from django.db import models
from django.utils.crypto import salted_hmac


class Termin(models.Model):
    patientin = models.ForeignKey(User, on_delete=models.CASCADE, related_name="termine")
    beginn = models.DateTimeField()
    notiz = models.TextField(blank=True)

    def absage_schluessel(self):
        return signing.dumps({"termin": self.pk}, salt="absage")

    @classmethod
    def zum_absagen(cls, schluessel):
        inhalt = signing.loads(schluessel, salt="absage", max_age=60 * 60 * 48)
        return cls.objects.get(pk=inhalt["termin"])


class Befund(models.Model):
    patientin = models.ForeignKey(User, on_delete=models.CASCADE)
    text = models.TextField()


class Geraet(models.Model):
    besitzer = models.ForeignKey(User, on_delete=models.CASCADE)
    pruefwert = models.CharField(max_length=64)

    def wert(self, roh):
        return salted_hmac("geraet", roh, algorithm="sha256").hexdigest()

    def passt(self, roh):
        return self.pruefwert == self.wert(roh)


def anmeldelink(person):
    return signing.Signer(salt="link").sign(str(person.pk))


def aus_link(wert):
    return User.objects.get(pk=signing.Signer(salt="link").unsign(wert))
