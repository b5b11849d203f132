# -*- coding: utf-8 -*-
import hashlib
import random
import string

from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.utils.crypto import constant_time_compare, get_random_string


def sale(lunghezza=5):
    return get_random_string(lunghezza)


def hash_vecchio(sale, password):
    return hashlib.sha1((sale + password).encode('utf-8')).hexdigest()


class Cliente(models.Model):
    """I clienti non sono utenti di Django: quelli sono solo i negozianti."""
    email = models.EmailField(unique=True)
    nome = models.CharField(max_length=100)
    password = models.CharField(max_length=128)
    telefono = models.CharField(max_length=30, blank=True)
    tessera = models.CharField(max_length=20, blank=True)
    pin = models.CharField(max_length=128, blank=True)
    versione = models.IntegerField(default=0)
    sconto = models.IntegerField(default=0)
    rivenditore = models.BooleanField(default=False)

    def imposta_password(self, grezza):
        s = sale()
        self.password = 'sha1$%s$%s' % (s, hash_vecchio(s, grezza))

    def password_giusta(self, grezza):
        if self.password.startswith('sha1$'):
            _, s, atteso = self.password.split('$')
            return hash_vecchio(s, grezza) == atteso
        return check_password(grezza, self.password)

    def imposta_pin(self, pin):
        self.pin = make_password(pin)

    def chiave_foto(self):
        return hashlib.md5(self.email.encode('utf-8')).hexdigest()


class Recupero(models.Model):
    cliente = models.ForeignKey(Cliente, on_delete=models.CASCADE)
    impronta = models.CharField(max_length=64, unique=True)
    creato = models.DateTimeField(auto_now_add=True)

    @staticmethod
    def impronta_di(token):
        return hashlib.sha256(token.encode('utf-8')).hexdigest()

    @staticmethod
    def nuovo_token():
        return get_random_string(40)


class CodiceTelefono(models.Model):
    cliente = models.ForeignKey(Cliente, on_delete=models.CASCADE)
    codice = models.CharField(max_length=8)
    creato = models.DateTimeField(auto_now_add=True)

    @staticmethod
    def nuovo_codice():
        return ''.join(random.choice(string.digits) for _ in range(8))

    def giusto(self, dato):
        return constant_time_compare(self.codice, dato)


class Buono(models.Model):
    cliente = models.ForeignKey(Cliente, on_delete=models.CASCADE)
    codice = models.CharField(max_length=32)
    colore = models.CharField(max_length=10)

    @staticmethod
    def colore_a_caso():
        return random.choice(['rosso', 'verde', 'blu'])
