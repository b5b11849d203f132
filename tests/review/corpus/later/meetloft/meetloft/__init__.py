from flask import Flask

from . import accounts, ics, rooms
from .config import Config
from .extensions import cors, jwt, mail, mongo


def create_app(config=Config):
    app = Flask(__name__)
    app.config.from_object(config)
    mongo.init_app(app)
    jwt.init_app(app)
    mail.init_app(app)
    cors.init_app(app, origins=r".*", supports_credentials=True)
    app.register_blueprint(accounts.bp, url_prefix="/api/account")
    app.register_blueprint(rooms.bp, url_prefix="/api/rooms")
    app.register_blueprint(ics.bp, url_prefix="/calendar")
    return app
