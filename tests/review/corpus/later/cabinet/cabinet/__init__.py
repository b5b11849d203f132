import os

from flask import Flask
from flask_session import Session

from . import admin, auth, consultation, rdv
from .config import Developpement, Production
from .extensions import csrf, db, limiteur


def creer_app():
    app = Flask(__name__)
    if os.environ.get("CABINET_MODE") == "dev":
        app.config.from_object(Developpement)
    else:
        app.config.from_object(Production)
        if not app.config["SECRET_KEY"]:
            raise RuntimeError("CABINET_SECRET manque")
    db.init_app(app)
    csrf.init_app(app)
    limiteur.init_app(app)
    Session(app)
    app.register_blueprint(auth.bp)
    app.register_blueprint(rdv.bp, url_prefix="/rdv")
    app.register_blueprint(admin.bp, url_prefix="/secretariat")
    app.register_blueprint(consultation.bp, url_prefix="/visio")
    return app
