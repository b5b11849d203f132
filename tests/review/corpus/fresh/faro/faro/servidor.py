"""Tornado: portal de los faros. Arranque y rutas."""
import os
import ssl

import tornado.ioloop
import tornado.web
from tornado.options import define, options

from faro.db import Base
from faro.manejadores import avisos, cuenta, mareas

define("puerto", default=8888, type=int)
define("clave_cookies", default=os.environ.get("FARO_COOKIES", "f4r0-2019-isla-de-lobos-clave"), type=str)
define("clave_correo", default=None, type=str)


class Aplicacion(tornado.web.Application):
    def __init__(self):
        rutas = [
            (r"/entrar", cuenta.Entrar),
            (r"/entrar/codigo", cuenta.EntrarConCodigo),
            (r"/salir", cuenta.Salir),
            (r"/olvido", cuenta.Olvido),
            (r"/clave", cuenta.CambiarClave),
            (r"/avisos", avisos.Avisos),
            (r"/avisos/(\d+)", avisos.Aviso),
            (r"/avisos/vivo", avisos.Vivo),
            (r"/mareas", mareas.Mareas),
            (r"/mareas/buscar", mareas.Buscar),
            (r"/gancho", avisos.Gancho),
        ]
        super().__init__(
            rutas,
            cookie_secret=options.clave_cookies,
            login_url="/entrar",
            xsrf_cookies=False,
            debug=False,
        )
        self.db = Base.conectar()


def contexto():
    cadena = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    cadena.load_cert_chain("/etc/faro/cert.pem", "/etc/faro/clave.pem")
    return cadena


def main():
    options.parse_command_line()
    Aplicacion().listen(options.puerto, ssl_options=contexto())
    tornado.ioloop.IOLoop.current().start()
