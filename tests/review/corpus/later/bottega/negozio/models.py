# -*- coding: utf-8 -*-
from clienti.models import Cliente
from django.db import models


class Prodotto(models.Model):
    nome = models.CharField(max_length=200)
    prezzo = models.DecimalField(max_digits=8, decimal_places=2)
    giacenza = models.IntegerField(default=0)


class Ordine(models.Model):
    cliente = models.ForeignKey(Cliente, on_delete=models.CASCADE)
    stato = models.CharField(max_length=20, default='nuovo')
    totale = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    nota = models.TextField(blank=True)


class Riga(models.Model):
    ordine = models.ForeignKey(Ordine, on_delete=models.CASCADE, related_name='righe')
    prodotto = models.ForeignKey(Prodotto, on_delete=models.PROTECT)
    quanti = models.IntegerField(default=1)
