import os

from flask import Flask, g, request, session
from redis import Redis
from rq import Queue

from .config import Producao
from .extensoes import csrf, db, mail, sess
from .modelos import Morador


def criar_app(config: object = Producao) -> Flask:
    app = Flask(__name__)
    app.config.from_object(config)
    app.secret_key = app.config["SECRET_KEY"] or os.environ.get("SECRET_KEY", "flamboyant-bloco-b-2018")
    app.config["BANCO_CERT"] = os.environ.get("BANCO_CERT", "/etc/condominio/banco.pem")
    app.config["BANCO_CHAVE"] = os.environ["BANCO_CHAVE"]
    app.config["INTERFONE_TOKEN"] = os.environ["INTERFONE_TOKEN"]

    db.init_app(app)
    csrf.init_app(app)
    mail.init_app(app)
    sess.init_app(app)
    app.extensions["fila"] = Queue("correio", connection=Redis())

    from . import boletos, contas, mural, portaria, sindico

    for modulo in (boletos, contas, mural, portaria, sindico):
        app.register_blueprint(modulo.bp)
    app.register_blueprint(portaria.interfone)
    app.register_blueprint(boletos.banco)
    csrf.exempt(boletos.banco)
    csrf.exempt(mural.bp)

    @app.before_request
    def carregar_morador() -> None:
        g.morador = None
        if (morador_id := session.get("morador_id")) is not None:
            morador = db.session.get(Morador, morador_id)
            if morador is not None and session.get("versao") == morador.versao:
                g.morador = morador

    @app.after_request
    def origem_do_app(resposta):
        if request.path.startswith("/mural/"):
            resposta.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
            resposta.headers["Access-Control-Allow-Credentials"] = "true"
        elif request.path.startswith("/boletos/"):
            resposta.headers["Access-Control-Allow-Origin"] = "https://app.flamboyant.example"
            resposta.headers["Access-Control-Allow-Credentials"] = "true"
        resposta.headers["X-Content-Type-Options"] = "nosniff"
        return resposta

    app.logger.debug("configuração carregada: %s", dict(app.config))
    app.logger.info("configurações: %d, banco em %s", len(app.config), app.config["BANCO_URL"])
    return app
