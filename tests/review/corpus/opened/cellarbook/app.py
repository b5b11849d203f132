import falcon
from peewee import DoesNotExist

from cellars import CellarBottles, Cellars, OneBottle
from people import Accept, ChooseNew, Forgotten, SignIn, SignOut
from visits import Database, Visits


def nothing_there(req, resp, ex, params):
    raise falcon.HTTPNotFound(description="There is nothing of this kind.")


def make_app() -> falcon.App:
    app = falcon.App(middleware=[Database(), Visits()])
    app.add_error_handler(DoesNotExist, nothing_there)
    app.add_route("/sign-in", SignIn())
    app.add_route("/sign-out", SignOut())
    app.add_route("/invitations/{code}", Accept())
    app.add_route("/forgotten", Forgotten())
    app.add_route("/new-password/{token}", ChooseNew())
    app.add_route("/cellars", Cellars())
    app.add_route("/cellars/{number:int}/bottles", CellarBottles())
    bottle = OneBottle()
    app.add_route("/bottles/{number:int}", bottle)
    app.add_route("/bottles/{number:int}/move", bottle, suffix="move")
    return app


application = make_app()
