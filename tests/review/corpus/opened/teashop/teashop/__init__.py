from flask import Flask, render_template

from teashop import account, shop, trade, webhooks
from teashop.config import Config
from teashop.extensions import csrf, db


def create_app(config=Config):
    app = Flask(__name__)
    app.config.from_object(config)
    db.init_app(app)
    csrf.init_app(app)
    csrf.exempt(webhooks.bp)
    app.before_request(account.load_visit)
    app.register_blueprint(shop.bp)
    app.register_blueprint(account.bp, url_prefix="/account")
    app.register_blueprint(trade.bp, url_prefix="/trade")
    app.register_blueprint(webhooks.bp, url_prefix="/hooks")

    @app.errorhandler(404)
    def missing(error):
        return render_template("missing.html"), 404

    return app
