from flask import Flask
from rq import Queue

import accounts
import bookings
import settings
from extensions import cache, csrf, db


def create_app(config=settings.Production):
    app = Flask(__name__)
    app.config.from_object(config)
    if not app.config["SECRET_KEY"]:
        raise RuntimeError("COUVERT_SECRET is not set")
    for extension in (db, csrf, cache):
        extension.init_app(app)
    app.queue = Queue("mail", connection=cache.client)
    app.register_blueprint(accounts.bp)
    app.register_blueprint(bookings.bp)
    return app
