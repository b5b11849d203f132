from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class Socio(AbstractUser):
    carnet = models.CharField(max_length=12, unique=True)
    pin = models.CharField(max_length=128, blank=True)
    telefono = models.CharField(max_length=20, blank=True)


class Libro(models.Model):
    isbn = models.CharField(max_length=13, unique=True)
    titulo = models.CharField(max_length=200)
    autor = models.CharField(max_length=200)
    ejemplares = models.PositiveSmallIntegerField(default=1)
    digital = models.FileField(upload_to="digitales", blank=True)

    class Meta:
        ordering = ["titulo"]


class Prestamo(models.Model):
    socio = models.ForeignKey(Socio, on_delete=models.CASCADE, related_name="prestamos")
    libro = models.ForeignKey(Libro, on_delete=models.PROTECT)
    desde = models.DateField(default=timezone.localdate)
    hasta = models.DateField()
    devuelto = models.DateField(null=True, blank=True)


class Reserva(models.Model):
    socio = models.ForeignKey(Socio, on_delete=models.CASCADE, related_name="reservas")
    libro = models.ForeignKey(Libro, on_delete=models.CASCADE)
    creada = models.DateTimeField(auto_now_add=True)


class Multa(models.Model):
    socio = models.ForeignKey(Socio, on_delete=models.CASCADE, related_name="multas")
    importe = models.DecimalField(max_digits=8, decimal_places=2)
    motivo = models.CharField(max_length=120)
    pagada = models.BooleanField(default=False)


class Llave(models.Model):
    """What the app on the phone holds after signing in."""

    resumen = models.CharField(max_length=64, unique=True)
    socio = models.ForeignKey(Socio, on_delete=models.CASCADE, related_name="llaves")
    caduca = models.DateTimeField()
