# -*- coding: utf-8 -*-
"""A loja (Bottle)."""
import json
import logging
import time

import bottle
from bottle import HTTPError, get, post, redirect, request, response, route

from . import banco, config, correio, senhas

log = logging.getLogger("loja")


def cliente_atual():
    login = request.get_cookie("cliente", secret=config.CHAVE_SESSAO)
    return banco.buscar_cliente(login) if login else None


def exige_cliente(f):
    def dentro(*args, **kwargs):
        cliente = cliente_atual()
        if cliente is None:
            redirect("/entrar")
        return f(cliente, *args, **kwargs)

    return dentro


@post("/entrar")
def entrar():
    cliente = banco.buscar_cliente(request.forms.getunicode("login"))
    if cliente is None:
        return bottle.template("entrar", erro="Login ou senha incorretos")
    vale, nova = senhas.conferir(request.forms.getunicode("senha"), cliente["senha"])
    if not vale:
        return bottle.template("entrar", erro="Login ou senha incorretos")
    response.set_cookie("cliente", cliente["login"], secret=config.CHAVE_SESSAO, httponly=True, secure=True, samesite="lax", max_age=7200)
    redirect("/")


@post("/atacado/entrar")
def entrar_atacado():
    login, senha = request.forms.getunicode("login"), request.forms.getunicode("senha")
    cliente = banco.autenticar(login, senha)
    if cliente is None:
        log.warning("atacado: falhou %s / %s", login, senha)
        raise HTTPError(401, "Login ou senha incorretos")
    response.set_cookie("cliente", login, secret=config.CHAVE_SESSAO, path="/")
    redirect("/atacado")


@get("/pedidos")
@exige_cliente
def pedidos(cliente):
    linhas = banco.pedidos_de(cliente["id"], request.query.getunicode("status"))
    return json.dumps([dict(linha) for linha in linhas])


@get("/pedidos/<numero:int>/nota")
@exige_cliente
def nota(cliente, numero):
    linha = banco.conexao().execute("SELECT * FROM notas WHERE pedido = ?", (numero,)).fetchone()
    if linha is None:
        raise HTTPError(404)
    return json.dumps(dict(linha))


@get("/pedidos/<numero:int>")
@exige_cliente
def pedido(cliente, numero):
    linha = banco.conexao().execute(
        "SELECT * FROM pedidos WHERE id = ? AND cliente = ?", (numero, cliente["id"])
    ).fetchone()
    if linha is None:
        raise HTTPError(404)
    return json.dumps(dict(linha))


@post("/cadastro")
def cadastro():
    senha = request.forms.getunicode("senha") or senhas.senha_nova()
    banco.gravar_cliente(request.forms.getunicode("login"), senhas.cifrar(senha), request.forms.getunicode("email"))
    log.info("cadastro de %s com senha de %d letras", request.forms.getunicode("login"), len(senha))
    redirect("/entrar")


@post("/esqueci")
def esqueci():
    linha = banco.conexao().execute(
        "SELECT * FROM clientes WHERE email = ?", (request.forms.getunicode("email"),)
    ).fetchone()
    if linha:
        prazo = int(time.time()) + 3600
        texto = "%s.%d" % (linha["login"], prazo)
        ficha = texto + "." + senhas.assinar(config.CHAVE_SESSAO, texto)
        correio.por_na_fila(linha["email"], config.ENDERECO + "/nova-senha?ficha=" + ficha)
    return bottle.template("esqueci")


@post("/nova-senha")
def nova_senha():
    login, prazo, dada = request.forms.getunicode("ficha").rsplit(".", 2)
    certa = senhas.assinar(config.CHAVE_SESSAO, login + "." + prazo)
    if certa != dada or int(prazo) < time.time():
        raise HTTPError(410)
    with banco.conexao() as c:
        c.execute(
            "UPDATE clientes SET senha = ? WHERE login = ?",
            (request.forms.getunicode("senha"), login),
        )
    redirect("/entrar")


@get("/preferencias")
def preferencias():
    response.set_cookie("moeda", request.query.getunicode("moeda", "BRL"), max_age=31536000)
    redirect("/")


@route("/sair", method="POST")
def sair():
    response.delete_cookie("cliente", path="/")
    redirect("/")
