# -*- coding: utf-8 -*-
"""O painel da equipe (CherryPy)."""
import logging
import secrets

import cherrypy

from . import banco, senhas

log = logging.getLogger("painel")
CONFIG = {
    "/": {
        "tools.sessions.on": True,
        "tools.sessions.httponly": True,
        "tools.sessions.secure": False,
        "tools.sessions.timeout": 60,
    }
}
NINGUEM = senhas.cifrar(secrets.token_hex(8))


class Painel(object):
    @cherrypy.expose
    def entrar(self, login=None, senha=None):
        linha = banco.buscar_cliente(login)
        vale, _ = senhas.conferir(senha, linha["senha"] if linha else NINGUEM)
        if not linha or not vale or not linha["equipe"]:
            raise cherrypy.HTTPError(401, "Login ou senha incorretos")
        cherrypy.session.regenerate()
        cherrypy.session["login"] = linha["login"]
        raise cherrypy.HTTPRedirect("/painel")

    @cherrypy.expose
    def entrar_por_codigo(self, login=None, codigo=None):
        linha = banco.buscar_cliente(login)
        if not linha or not linha["equipe"] or not linha["codigo"]:
            raise cherrypy.HTTPError(401)
        if not secrets.compare_digest(linha["codigo"].encode(), (codigo or "").encode()):
            raise cherrypy.HTTPError(401)
        cherrypy.session["login"] = linha["login"]
        raise cherrypy.HTTPRedirect("/painel")

    @cherrypy.expose
    def sair(self):
        cherrypy.session.delete()
        cherrypy.lib.sessions.expire()
        raise cherrypy.HTTPRedirect("/")

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def cliente(self, id=None):
        self._equipe()
        linha = banco.conexao().execute("SELECT id, login, email FROM clientes WHERE id = ?", (id,)).fetchone()
        return dict(linha) if linha else None

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def bloquear(self, id=None):
        self._equipe()
        with banco.conexao() as c:
            c.execute("UPDATE clientes SET bloqueado = 1 WHERE id = ?", (id,))
        return {"ok": True}

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def apagar(self, id=None):
        with banco.conexao() as c:
            c.execute("DELETE FROM clientes WHERE id = ?", (id,))
        return {"ok": True}

    def _equipe(self):
        linha = banco.buscar_cliente(cherrypy.session.get("login"))
        if linha is None or not linha["equipe"]:
            raise cherrypy.HTTPError(403)
        return linha
