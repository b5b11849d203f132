from flask import Flask
from flask_jwt_extended import JWTManager
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
jwt = JWTManager()
login_manager = LoginManager()


def create_app(settings="ferry.settings"):
    app = Flask(__name__)
    app.config.from_object(settings)
    app.config.from_envvar("FERRY_SETTINGS", silent=True)
    for extension in (db, jwt, login_manager):
        extension.init_app(app)
    from .api import api
    from .crew import crew
    from .site import site

    app.register_blueprint(site)
    app.register_blueprint(crew, url_prefix="/crew")
    app.register_blueprint(api, url_prefix="/api/v1")
    return app
