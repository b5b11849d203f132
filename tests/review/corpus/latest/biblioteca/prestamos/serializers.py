from rest_framework import serializers

from .models import Libro, Multa, Prestamo, Reserva


class LibroSerializer(serializers.ModelSerializer):
    class Meta:
        model = Libro
        fields = ["id", "isbn", "titulo", "autor", "ejemplares"]


class PrestamoSerializer(serializers.ModelSerializer):
    class Meta:
        model = Prestamo
        fields = ["id", "libro", "desde", "hasta", "devuelto"]
        read_only_fields = ["desde", "devuelto"]


class ReservaSerializer(serializers.ModelSerializer):
    class Meta:
        model = Reserva
        fields = ["id", "libro", "creada"]


class MultaSerializer(serializers.ModelSerializer):
    class Meta:
        model = Multa
        fields = ["id", "importe", "motivo", "pagada"]
