import requests
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django_rq import job

from .models import Prestamo, Socio


def encolar_restablecimiento(correo: str) -> None:
    enviar_restablecimiento.delay(correo)


@job("correo")
def enviar_restablecimiento(correo: str) -> None:
    for socio in Socio.objects.filter(email__iexact=correo, is_active=True):
        ficha = default_token_generator.make_token(socio)
        enlace = f"https://biblioteca.example/clave?socio={socio.pk}&ficha={ficha}"
        send_mail("Su contraseña", f"Siga este enlace: {enlace}", "avisos@biblioteca.example", [socio.email])


@job("correo")
def recordar(prestamo_id: int) -> None:
    prestamo = Prestamo.objects.select_related("socio", "libro").get(pk=prestamo_id)
    if not prestamo.socio.telefono:
        return
    requests.post(
        settings.SMS_URL,
        json={"para": prestamo.socio.telefono, "de": settings.SMS_REMITENTE, "texto": prestamo.libro.titulo},
        headers={"Authorization": f"Bearer {settings.SMS_CLAVE}"},
        timeout=5,
    ).raise_for_status()
