"""Wer darf was."""
from functools import wraps

from flask import abort, g, session

from .erweiterungen import db
from .modelle import Benutzer


def lade_benutzer():
    g.benutzer = None
    nummer = session.get("benutzer_id")
    if nummer is not None:
        benutzer = db.session.get(Benutzer, nummer)
        if benutzer is not None and not benutzer.gesperrt:
            g.benutzer = benutzer


def angemeldet(ansicht):
    @wraps(ansicht)
    def innen(*args, **kwargs):
        lade_benutzer()
        if g.benutzer is None:
            abort(401)
        return ansicht(*args, **kwargs)

    return innen


def rolle(*erlaubt):
    def aussen(ansicht):
        @wraps(ansicht)
        @angemeldet
        def innen(*args, **kwargs):
            if g.benutzer.rolle not in erlaubt:
                abort(403)
            return ansicht(*args, **kwargs)

        return innen

    return aussen
