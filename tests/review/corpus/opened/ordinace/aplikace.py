import threading

import falcon

import prihlaseni
import terminy
from modely import databaze


class Databaze:
    def process_request(self, req, resp):
        databaze.connect(reuse_if_open=True)

    def process_response(self, req, resp, resource, req_succeeded):
        prace = getattr(req.context, "po_odpovedi", None)
        if prace is not None and req_succeeded:
            threading.Thread(target=prace, daemon=True).start()
        if not databaze.is_closed():
            databaze.close()


def vytvor():
    app = falcon.App(middleware=[Databaze()])
    app.add_route("/prihlaseni/pracovnik", prihlaseni.PrihlaseniPracovnika())
    app.add_route("/prihlaseni/pacient", prihlaseni.PrihlaseniPacienta())
    app.add_route("/heslo/kod", prihlaseni.KodNaTelefon())
    app.add_route("/heslo", prihlaseni.NoveHeslo())
    app.add_route("/terminy", terminy.Terminy())
    app.add_route("/kartoteka", terminy.Kartoteka())
    app.add_route("/vytizeni", terminy.Vytizeni())
    app.add_route("/vysledky", terminy.Vysledky())
    app.add_route("/naroky", terminy.Naroky())
    return app
