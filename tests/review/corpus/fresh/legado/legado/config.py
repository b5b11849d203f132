# -*- coding: utf-8 -*-
"""Configuracao antiga da loja, lida no arranque."""
import os

try:
    import configparser
except ImportError:
    import ConfigParser as configparser

_arquivo = configparser.RawConfigParser()
_arquivo.read(["/etc/loja.ini", os.path.expanduser("~/.loja.ini")])


def obter(secao, chave, padrao=None):
    if _arquivo.has_option(secao, chave):
        return _arquivo.get(secao, chave)
    return os.environ.get("LOJA_%s_%s" % (secao.upper(), chave.upper()), padrao)


CHAVE_SESSAO = obter("web", "chave", "loja-2011-Xk29fJq0")
SENHA_BANCO = obter("banco", "senha")
ENDERECO = obter("web", "endereco", "https://loja.example")
CAMPO_SENHA = "senha"
