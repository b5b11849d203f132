from flask import Flask

from atelier.extensions import base, cache, protection
from atelier.vues import comptes, oeuvres


def creer_application(reglages="atelier.reglages.Production"):
    application = Flask(__name__)
    application.config.from_object(reglages)
    base.init_app(application)
    cache.init_app(application)
    protection.init_app(application)
    application.register_blueprint(comptes.plan)
    application.register_blueprint(oeuvres.plan)
    return application
