"""Receipts on paper carry a short line that the desk can check."""

from django.utils.crypto import constant_time_compare, salted_hmac

from .models import Prestamo


def linea(prestamo: Prestamo) -> str:
    datos = f"{prestamo.pk}:{prestamo.socio_id}:{prestamo.hasta:%Y%m%d}"
    return datos + ":" + salted_hmac("prestamos.recibo", datos).hexdigest()[:24]


def es_genuina(texto: str) -> bool:
    datos, _, marca = texto.rpartition(":")
    return constant_time_compare(salted_hmac("prestamos.recibo", datos).hexdigest()[:24], marca)
