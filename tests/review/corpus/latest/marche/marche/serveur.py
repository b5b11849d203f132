import logging

from sanic import Sanic, json
from tortoise.contrib.sanic import register_tortoise

from . import exposants, paiement, placiers
from .modeles import Emplacement
from .reglages import reglages

journal = logging.getLogger("marche")


def creer_app() -> Sanic:
    reglages.verifier()
    app = Sanic("marche")
    app.blueprint(exposants.bp)
    app.blueprint(placiers.bp)
    app.blueprint(paiement.bp)
    register_tortoise(app, db_url=reglages.base, modules={"models": ["marche.modeles"]})

    @app.get("/")
    async def accueil(request):
        places = await Emplacement.all().order_by("allee", "numero").values("id", "allee", "numero", "metres")
        return json(places)

    @app.on_request
    async def suivre(request):
        if request.method == "GET":
            journal.info("%s %s, paramètres %s", request.method, request.path, sorted(request.args))
        else:
            journal.info("%s %s, formulaire %s", request.method, request.path, request.form)

    return app
