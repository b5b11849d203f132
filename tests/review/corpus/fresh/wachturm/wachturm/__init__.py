"""Anmeldung, Sitzungen und Schlüssel für die Anlagensteuerung (Flask)."""
from flask import Flask

from .erweiterungen import db, redis_client, sitzungen
from .konfiguration import Produktion


def create_app(konfiguration=Produktion):
    app = Flask(__name__)
    app.config.from_object(konfiguration)
    db.init_app(app)
    app.session_interface = sitzungen
    from .anlagen import bp as anlagen
    from .konto import bp as konto
    from .verwaltung import bp as verwaltung

    app.register_blueprint(konto)
    app.register_blueprint(anlagen, url_prefix="/anlagen")
    app.register_blueprint(verwaltung, url_prefix="/verwaltung")
    return app
