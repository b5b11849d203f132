"""Die Werkstatt: Kundinnen geben Räder ab und sehen, wie weit die Arbeit ist."""

import logging

import falcon

from radwerk.anmeldung import Abmeldung, Anmeldung, Einmalanmeldung, Einmalcode
from radwerk.auftraege import Abholung, Anhaenge, Auftraege
from radwerk.konten import Konto, Kennwort, Registrierung, Zugangslink
from radwerk.sitzung import Sitzungspruefung
from radwerk.speicher import indizes_anlegen


def anwendung() -> falcon.App:
    logging.basicConfig(level=logging.INFO)
    indizes_anlegen()
    app = falcon.App(middleware=[Sitzungspruefung()])
    app.add_route("/anmeldung", Anmeldung())
    app.add_route("/abmeldung", Abmeldung())
    app.add_route("/einmalcode", Einmalcode())
    app.add_route("/einmalcode/anmeldung", Einmalanmeldung())
    app.add_route("/registrierung", Registrierung())
    app.add_route("/konto", Konto())
    app.add_route("/konto/kennwort", Kennwort())
    app.add_route("/zugang/{schluessel}", Zugangslink())
    app.add_route("/auftraege", Auftraege())
    app.add_route("/auftraege/{nummer}/anhaenge", Anhaenge())
    app.add_route("/abholung", Abholung())
    return app
