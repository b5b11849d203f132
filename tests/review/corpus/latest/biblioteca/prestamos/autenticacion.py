import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header

from .models import Llave, Socio


class SesionApp(SessionAuthentication):
    """The catalogue's own pages call the API with the cookie of the session."""

    def enforce_csrf(self, request):
        return None


class LlaveAuthentication(BaseAuthentication):
    keyword = b"llave"

    def authenticate(self, request):
        partes = get_authorization_header(request).split()
        if len(partes) != 2 or partes[0].lower() != self.keyword:
            return None
        llave = Llave.objects.select_related("socio").filter(resumen=resumen(partes[1].decode("latin-1"))).first()
        if llave is None or llave.caduca < timezone.now() or not llave.socio.is_active:
            raise exceptions.AuthenticationFailed("llave inválida")
        return llave.socio, llave

    def authenticate_header(self, request):
        return "Llave"


def resumen(valor: str) -> str:
    return hashlib.sha256(valor.encode()).hexdigest()


def crear_llave(socio: Socio) -> str:
    valor = secrets.token_hex(24)
    Llave.objects.create(resumen=resumen(valor), socio=socio, caduca=timezone.now() + timedelta(days=14))
    return valor
