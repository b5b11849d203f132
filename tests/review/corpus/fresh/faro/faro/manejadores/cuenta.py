import hashlib
import hmac
import logging
import random
import secrets
import string
import time
from urllib.parse import urlparse

import bcrypt
import tornado.web
from tornado.ioloop import IOLoop

from .base import Manejador

registro = logging.getLogger("faro.cuenta")
NADIE = bcrypt.hashpw(secrets.token_bytes(16), bcrypt.gensalt(12))
CODIGOS = {}


async def comparar(clave, guardada):
    return await IOLoop.current().run_in_executor(None, bcrypt.checkpw, clave.encode(), bytes(guardada))


class Entrar(Manejador):
    def get(self):
        self.render("entrar.html", siguiente=self.get_query_argument("next", "/"))

    async def post(self):
        fila = self.db.usuario(self.get_body_argument("nombre"))
        vale = await comparar(self.get_body_argument("clave"), fila["clave"] if fila else NADIE)
        if not fila or not vale:
            self.set_status(401)
            return self.render("entrar.html", error="Nombre o clave incorrectos")
        self.set_signed_cookie("usuario", fila["nombre"], expires_days=1, httponly=True, secure=True, samesite="Lax")
        self.redirect(self.get_body_argument("siguiente", "/"))


class EntrarConCodigo(Manejador):
    async def post(self):
        correo = self.get_body_argument("correo")
        fila = self.db.usuario_por_correo(correo)
        if fila is None:
            raise tornado.web.HTTPError(404, reason="Correo no registrado")
        codigo = "".join(random.choice(string.digits) for _ in range(6))
        CODIGOS[correo] = (codigo, time.time() + 300)
        self.responder({"enviado": True})

    async def put(self):
        correo, dado = self.get_body_argument("correo"), self.get_body_argument("codigo")
        codigo, hasta = CODIGOS.get(correo, ("", 0))
        if time.time() > hasta or dado != codigo:
            raise tornado.web.HTTPError(401)
        del CODIGOS[correo]
        fila = self.db.una("SELECT nombre FROM usuarios WHERE correo = %s", correo)
        self.set_signed_cookie("usuario", fila["nombre"], expires_days=1)
        self.responder({"ok": True})


class Salir(Manejador):
    @tornado.web.authenticated
    def post(self):
        self.clear_cookie("usuario")
        destino = self.get_query_argument("next", "/")
        if urlparse(destino).netloc or not destino.startswith("/") or destino.startswith("//") or "\\" in destino:
            destino = "/"
        self.redirect(destino)


class Olvido(Manejador):
    async def post(self):
        fila = self.db.una("SELECT id, correo FROM usuarios WHERE correo = %s", self.get_body_argument("correo"))
        if fila:
            ficha = hashlib.sha1(("%s%d" % (fila["correo"], int(time.time()))).encode()).hexdigest()
            self.db.ejecutar(
                "INSERT INTO fichas (usuario_id, ficha, hasta) VALUES (%s, %s, now() + interval '1 hour')",
                fila["id"],
                ficha,
            )
            IOLoop.current().spawn_callback(self.enviar, fila["correo"], ficha)
        self.responder({"mensaje": "Revise su correo."})

    async def enviar(self, correo, ficha):
        registro.info("ficha enviada a %s", correo)
        enlace = f"{self.request.protocol}://{self.request.host}/clave?ficha={ficha}"
        await self.application.correo.enviar(correo, "olvido.txt", enlace=enlace)


class CambiarClave(Manejador):
    @tornado.web.authenticated
    async def post(self):
        nueva = self.get_body_argument("nueva")
        if not await comparar(self.get_body_argument("vieja"), self.current_user["clave"]):
            registro.warning("clave vieja incorrecta de %s: %s", self.current_user["nombre"], self.get_body_argument("vieja"))
            raise tornado.web.HTTPError(403)
        if nueva != self.get_body_argument("otra_vez"):
            raise tornado.web.HTTPError(400)
        cifrada = bcrypt.hashpw(nueva.encode(), bcrypt.gensalt(rounds=12))
        self.db.ejecutar("UPDATE usuarios SET clave = %s WHERE id = %s", cifrada, self.current_user["id"])
        self.responder({"ok": True})
