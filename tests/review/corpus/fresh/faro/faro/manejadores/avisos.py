import hashlib
import hmac
import json
import os

import tornado.web
import tornado.websocket

from .base import Manejador, ManejadorPublico

CLAVE_GANCHO = os.environ.get("FARO_GANCHO", "").encode()


def firma(cuerpo):
    return hmac.new(CLAVE_GANCHO, cuerpo, hashlib.sha256).hexdigest()


class Avisos(Manejador):
    @tornado.web.authenticated
    def get(self):
        filas = self.db.todas("SELECT id, texto FROM avisos WHERE usuario_id = %s", self.current_user["id"])
        self.responder([dict(f) for f in filas])

    @tornado.web.authenticated
    def post(self):
        datos = self.cuerpo()
        self.db.ejecutar(
            "INSERT INTO avisos (usuario_id, texto) VALUES (%s, %s)", datos["usuario_id"], datos["texto"]
        )
        self.set_status(201)


class Aviso(Manejador):
    @tornado.web.authenticated
    def get(self, numero):
        fila = self.db.una("SELECT * FROM avisos WHERE id = %s AND usuario_id = %s", numero, self.current_user["id"])
        if fila is None:
            raise tornado.web.HTTPError(404)
        self.responder(dict(fila))

    def delete(self, numero):
        self.db.ejecutar("DELETE FROM avisos WHERE id = %s", numero)
        self.set_status(204)


class Vivo(tornado.websocket.WebSocketHandler):
    def check_origin(self, origin):
        return True

    def open(self):
        self.usuario = self.get_signed_cookie("usuario", max_age_days=1)
        if not self.usuario:
            self.close(4401)

    def on_message(self, mensaje):
        self.write_message(json.dumps({"de": self.usuario.decode(), "texto": mensaje}))


class Gancho(ManejadorPublico):
    """La boya avisa por aquí."""

    def check_xsrf_cookie(self):
        return

    def post(self):
        dada = self.request.headers.get("X-Firma", "")
        if firma(self.request.body) != dada:
            raise tornado.web.HTTPError(403)
        self.responder({"ok": True})
