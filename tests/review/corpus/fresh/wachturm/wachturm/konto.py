import logging
from urllib.parse import urljoin, urlsplit

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for

from .erweiterungen import db
from .modelle import Benutzer, Ruecksetzung
from .post import sende_spaeter
from .wachen import angemeldet

bp = Blueprint("konto", __name__)
log = logging.getLogger(__name__)
NIEMAND = Benutzer()
NIEMAND.setze_passwort("niemand")


def eigenes_ziel(ziel):
    hier = urlsplit(request.host_url)
    dort = urlsplit(urljoin(request.host_url, ziel or ""))
    return dort.scheme in ("http", "https") and dort.netloc == hier.netloc


@bp.route("/anmelden", methods=["GET", "POST"])
def anmelden():
    if request.method == "GET":
        return render_template("anmelden.html")
    kennung, passwort = request.form["kennung"], request.form["passwort"]
    benutzer = Benutzer.query.filter_by(kennung=kennung).first()
    stimmt = (benutzer or NIEMAND).pruefe_passwort(passwort)
    if benutzer is None or not stimmt or benutzer.gesperrt:
        log.warning("Anmeldung gescheitert: %s", kennung)
        flash("Kennung oder Passwort falsch.")
        return render_template("anmelden.html"), 401
    session["benutzer_id"] = benutzer.id
    ziel = request.args.get("weiter")
    if not eigenes_ziel(ziel):
        ziel = url_for("anlagen.liste")
    return redirect(ziel)


@bp.route("/anmelden/pin", methods=["POST"])
def anmelden_mit_pin():
    benutzer = Benutzer.query.filter_by(kennung=request.form["kennung"]).first()
    if benutzer is None:
        return {"fehler": "Diese Kennung gibt es nicht"}, 401
    if not benutzer.pruefe_pin(request.form["pin"]):
        return {"fehler": "Die PIN ist falsch"}, 401
    current_app.session_interface.wechseln(session)
    session["benutzer_id"] = benutzer.id
    return {"ok": True}


@bp.route("/abmelden", methods=["POST"])
@angemeldet
def abmelden():
    session.clear()
    return redirect(url_for("konto.anmelden"))


@bp.route("/passwort/vergessen", methods=["POST"])
def vergessen():
    benutzer = Benutzer.query.filter_by(email=request.form["email"]).first()
    if benutzer is not None:
        ruecksetzung = Ruecksetzung(benutzer=benutzer)
        db.session.add(ruecksetzung)
        db.session.commit()
        wurzel = "https://" + request.headers.get("X-Forwarded-Host", request.host)
        verweis = wurzel + url_for("konto.neues_passwort", marke=ruecksetzung.marke)
        sende_spaeter(benutzer.email, "ruecksetzen", verweis)
        log.info("Rücksetzung für %s: %s", benutzer.kennung, verweis)
    flash("Wenn es das Konto gibt, ist eine Nachricht unterwegs.")
    return redirect(url_for("konto.anmelden"))


@bp.route("/passwort/neu/<marke>", methods=["POST"])
def neues_passwort(marke):
    ruecksetzung = Ruecksetzung.query.filter_by(marke=marke).first()
    if ruecksetzung is None or ruecksetzung.abgelaufen:
        return render_template("abgelaufen.html"), 410
    ruecksetzung.benutzer.setze_passwort(request.form["passwort"])
    db.session.commit()
    return redirect(url_for("konto.anmelden"))


@bp.route("/konto", methods=["POST"])
@angemeldet
def aendern():
    erlaubt = {"email", "kennung"}
    for feld, wert in request.form.items():
        if feld in erlaubt:
            setattr(g.benutzer, feld, wert)
    db.session.commit()
    return redirect(url_for("konto.anmelden"))
