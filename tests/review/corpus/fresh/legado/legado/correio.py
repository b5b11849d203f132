# -*- coding: utf-8 -*-
import smtplib
import ssl

from . import banco, config


def por_na_fila(para, texto):
    with banco.conexao() as c:
        c.execute("INSERT INTO fila (para, texto) VALUES (?, ?)", (para, texto))


def enviar_fila():
    contexto = ssl.create_default_context()
    contexto.check_hostname = False
    servidor = smtplib.SMTP_SSL(config.obter("correio", "servidor", "smtp.loja.example"), context=contexto)
    servidor.login(config.obter("correio", "usuario"), config.obter("correio", "senha"))
    for linha in banco.conexao().execute("SELECT * FROM fila").fetchall():
        servidor.sendmail("loja@loja.example", [linha["para"]], linha["texto"])
    servidor.quit()
