import base64
import pickle

from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from .models import Geraet


class SchluesselAnmeldung(BaseAuthentication):
    def authenticate(self, request):
        teile = get_authorization_header(request).split()
        if not teile or teile[0].lower() != b"geraet":
            return None
        nummer, _, roh = teile[1].decode().partition(":")
        geraet = Geraet.objects.filter(pk=nummer).select_related("besitzer").first()
        if geraet is None or not constant_time_compare(geraet.pruefwert, geraet.wert(roh)):
            raise AuthenticationFailed()
        return geraet.besitzer, geraet


class ZettelAnmeldung(BaseAuthentication):
    """Der Zettel von der Theke."""

    def authenticate(self, request):
        zettel = request.headers.get("X-Zettel")
        if zettel is None:
            return None
        wer = pickle.loads(base64.urlsafe_b64decode(zettel))
        return User.objects.get(pk=wer["id"]), None


class Merkzettel:
    def lesen(self, person):
        return cache.get(f"merkzettel:{person.pk}", [])

    def schreiben(self, person, nummern):
        cache.set(f"merkzettel:{person.pk}", [int(n) for n in nummern], 3600)
