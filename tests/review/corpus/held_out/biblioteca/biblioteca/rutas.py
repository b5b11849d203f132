import logging
from functools import wraps
from hmac import compare_digest

from flask import Flask, abort, g, jsonify, make_response, redirect, request
from flask.views import MethodView
from flask_httpauth import HTTPTokenAuth
from peewee import RawQuery

from biblioteca.ajustes import Ajustes
from biblioteca.modelos import Prestamo, Recuerdo, Socio, base

registro = logging.getLogger("biblioteca")
portero = HTTPTokenAuth(scheme="Bearer")
DESTINOS = {"prestamos": "/prestamos", "perfil": "/perfil"}


@portero.verify_token
def verificar(ficha):
    for recuerdo in Recuerdo.select():
        if recuerdo.ficha == ficha:
            return recuerdo.socio
    return None


def solo_bibliotecarios(vista):
    @wraps(vista)
    def envuelta(*a, **k):
        if not portero.current_user().bibliotecario:
            abort(403)
        return vista(*a, **k)

    return envuelta


class Entrada(MethodView):
    def post(self):
        datos = request.form
        registro.debug("entrada: %s", datos.to_dict())
        socio = Socio.entrar(datos["carnet"], datos["clave"])
        if socio is None:
            registro.info("entrada fallida del carnet %s", datos["carnet"])
            return {"error": "carnet o clave incorrectos"}, 401
        respuesta = make_response(redirect(DESTINOS.get(request.args.get("next"), "/")))
        recuerdo = Recuerdo.nuevo(socio)
        respuesta.set_cookie("recuerdo", recuerdo.ficha, max_age=Ajustes.DURACION_RECUERDO, httponly=True, secure=True, samesite="Lax")
        return respuesta

    def delete(self):
        respuesta = make_response("", 204)
        respuesta.delete_cookie("recuerdo")
        return respuesta


class Salida(MethodView):
    decorators = [portero.login_required]

    def post(self):
        Recuerdo.delete().where(Recuerdo.socio == portero.current_user()).execute()
        return "", 204


class Prestamos(MethodView):
    decorators = [portero.login_required]

    def get(self):
        orden = "titulo" if request.args.get("orden") == "titulo" else "id"
        consulta = RawQuery(f"SELECT * FROM prestamo WHERE socio_id = %s ORDER BY {orden}", (portero.current_user().id,))
        return jsonify(list(consulta.bind(base).dicts()))

    def post(self):
        datos = request.get_json()
        prestamo = Prestamo.create(socio=datos["socio"], titulo=datos["titulo"])
        return {"id": prestamo.id}, 201


class Prestado(MethodView):
    decorators = [portero.login_required]

    def put(self, numero):
        prestamo = Prestamo.get_or_none(Prestamo.id == numero, Prestamo.socio == portero.current_user())
        if prestamo is None:
            abort(404)
        prestamo.devuelto = True
        prestamo.save()
        return "", 204


class Informe(MethodView):
    decorators = [solo_bibliotecarios, portero.login_required]

    def get(self):
        desde = request.args.get("desde", "2020-01-01")
        filas = base.execute_sql("SELECT socio_id, COUNT(*) FROM prestamo WHERE creado > '%s' GROUP BY 1" % desde)
        return jsonify([tuple(fila) for fila in filas])


class Baja(MethodView):
    def post(self, carnet):
        Socio.update(activo=False).where(Socio.carnet == carnet).execute()
        return "", 204


def preparar(app: Flask) -> Flask:
    app.secret_key = Ajustes.CLAVE
    for ruta, vista in (("/entrada", Entrada), ("/salida", Salida), ("/prestamos", Prestamos), ("/prestamos/<int:numero>", Prestado), ("/informe", Informe), ("/baja/<carnet>", Baja)):
        app.add_url_rule(ruta, view_func=vista.as_view(vista.__name__.lower()))

    @app.before_request
    def conectar():
        g.base = base.connect(reuse_if_open=True)

    @app.after_request
    def permitir(respuesta):
        respuesta.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
        respuesta.headers["Access-Control-Allow-Credentials"] = "true"
        return respuesta

    @app.post("/aviso")
    def aviso():
        if not compare_digest(request.headers.get("X-Clave", ""), Ajustes.CLAVE):
            abort(403)
        return "", 204

    return app
