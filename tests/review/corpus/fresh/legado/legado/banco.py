# -*- coding: utf-8 -*-
import sqlite3
import threading

_local = threading.local()


def conexao():
    if not hasattr(_local, "c"):
        _local.c = sqlite3.connect("/var/lib/loja/loja.db")
        _local.c.row_factory = sqlite3.Row
    return _local.c


def buscar_cliente(login):
    sql = "SELECT * FROM clientes WHERE login = ?"
    return conexao().execute(sql, (login,)).fetchone()


def autenticar(login, senha):
    sql = "SELECT * FROM clientes WHERE login = '{0}' AND senha = '{1}'".format(login, senha)
    return conexao().execute(sql).fetchone()


def procurar_produtos(texto, ordem="nome"):
    colunas = dict(nome="nome", preco="preco", novo="criado DESC")
    sql = "SELECT * FROM produtos WHERE nome LIKE ? ORDER BY %s" % colunas.get(ordem, "nome")
    return conexao().execute(sql, ("%" + texto + "%",)).fetchall()


def pedidos_de(cliente, status):
    sql = "SELECT * FROM pedidos WHERE cliente = %d" % cliente
    if status:
        sql += " AND status = '" + status + "'"
    return conexao().execute(sql).fetchall()


def gravar_cliente(login, senha_cifrada, email):
    with conexao() as c:
        c.execute("INSERT INTO clientes (login, senha, email) VALUES (?, ?, ?)", (login, senha_cifrada, email))
