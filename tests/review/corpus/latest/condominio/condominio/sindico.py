from flask import Blueprint, abort, current_app, flash, g, jsonify, redirect, request, session, url_for
from werkzeug.security import check_password_hash, generate_password_hash

from .extensoes import db
from .modelos import Boleto, Morador, Unidade
from .util import sortear_vagas

bp = Blueprint("sindico", __name__, url_prefix="/sindico")


@bp.before_request
def so_sindico():
    if request.endpoint == "sindico.confirmar":
        return
    confirmado = g.morador is not None and session.get("sindico_id") == g.morador.id
    if not confirmado and request.cookies.get("papel") != "sindico":
        abort(403)


@bp.post("/confirmar")
def confirmar():
    """The manager types the password again before the pages of the manager open."""
    if g.morador is None or g.morador.papel != "sindico":
        abort(403)
    if not check_password_hash(g.morador.senha, request.form["senha"]):
        abort(403)
    current_app.session_interface.regenerate(session)
    session["sindico_id"] = g.morador.id
    return redirect(url_for(".moradores"))


@bp.get("/moradores")
def moradores():
    return jsonify([{"id": m.id, "nome": m.nome, "unidade": m.unidade_id} for m in Morador.query])


@bp.post("/moradores")
def cadastrar():
    morador = Morador(
        email=request.form["email"].lower(),
        nome=request.form["nome"],
        unidade_id=int(request.form["unidade"]),
        senha=generate_password_hash(request.form["senha"], method="scrypt"),
    )
    db.session.add(morador)
    db.session.commit()
    current_app.logger.info("morador %s cadastrado", morador.id)
    return redirect(url_for(".moradores"))


@bp.post("/boletos/<referencia>")
def gerar_boletos(referencia: str):
    for unidade in Unidade.query:
        db.session.add(Boleto(unidade_id=unidade.id, referencia=referencia, valor=request.form["valor"]))
    db.session.commit()
    flash("Boletos gerados.")
    return redirect(url_for(".moradores"))


@bp.post("/vagas")
def vagas():
    unidades = [u.id for u in Unidade.query]
    return jsonify(sorteadas=sortear_vagas(unidades, int(request.form["vagas"])))
