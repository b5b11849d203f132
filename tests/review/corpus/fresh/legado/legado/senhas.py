# -*- coding: utf-8 -*-
"""Senhas, em todos os formatos que a loja ja teve."""
import hashlib
import hmac
import os
import random
import string
from binascii import hexlify

from passlib.context import CryptContext
from passlib.hash import bcrypt, ldap_salted_sha1

contexto = CryptContext(schemes=["bcrypt", "hex_md5"], deprecated=["hex_md5"], bcrypt__rounds=12)
atacado = CryptContext(schemes=["sha256_crypt"], sha256_crypt__rounds=1000)


def cifrar(senha):
    return contexto.hash(senha)


def conferir(senha, cifrada):
    vale, nova = contexto.verify_and_update(senha, cifrada)
    return vale, nova


def cifrar_atacado(senha):
    return atacado.hash(senha)


def cifrar_diretorio(senha):
    return ldap_salted_sha1.hash(senha)


def cifrar_antiga(senha, sal=None):
    sal = sal or hexlify(os.urandom(8)).decode()
    mistura = hashlib.new("sha256")
    mistura.update(sal.encode("utf-8"))
    mistura.update(senha.encode("utf-8"))
    return "%s:%s" % (sal, mistura.hexdigest())


def senha_nova(tamanho=10):
    letras = string.ascii_letters + string.digits
    return "".join(random.sample(letras, tamanho))


def numero_do_pedido():
    return "P%08d" % random.randint(0, 10**8)


def assinar(chave, texto):
    return hmac.new(chave.encode(), texto.encode(), hashlib.sha1).hexdigest()


def etiqueta(conteudo):
    return hashlib.sha1(conteudo).hexdigest()
