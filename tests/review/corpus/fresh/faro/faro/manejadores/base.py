import datetime
import json

import tornado.web
from tornado.escape import to_unicode


class Manejador(tornado.web.RequestHandler):
    @property
    def db(self):
        return self.application.db

    def get_current_user(self):
        nombre = self.get_signed_cookie("usuario", max_age_days=1)
        if not nombre:
            return None
        return self.db.usuario(to_unicode(nombre))

    def cuerpo(self):
        return json.loads(self.request.body or b"{}")

    def responder(self, valor):
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps(valor, default=self._texto))

    @staticmethod
    def _texto(valor):
        if isinstance(valor, datetime.datetime):
            return valor.isoformat()
        raise TypeError(type(valor))


class ManejadorPublico(Manejador):
    def set_default_headers(self):
        self.set_header("Access-Control-Allow-Origin", "*")
