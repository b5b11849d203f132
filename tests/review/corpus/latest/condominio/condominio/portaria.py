import hmac
import secrets
from datetime import datetime, timedelta

from flask import Blueprint, abort, current_app, g, jsonify, redirect, request, url_for
from sqlalchemy import text

from .extensoes import db
from .modelos import Encomenda, Porteiro, Turno, Visita
from .util import codigo_encomenda, codigo_visita, login_obrigatorio, resumo

bp = Blueprint("portaria", __name__, url_prefix="/portaria")
interfone = Blueprint("interfone", __name__, url_prefix="/interfone")


def turno_aberto() -> Turno:
    turno = db.session.get(Turno, resumo(request.cookies.get("portaria", "")))
    if turno is None or turno.fim < datetime.utcnow():
        abort(401)
    return turno


@bp.post("/turno")
def abrir_turno():
    porteiro = Porteiro.query.filter_by(
        matricula=request.form["matricula"], senha=resumo(request.form["senha"])
    ).first()
    if porteiro is None:
        abort(401)
    valor = secrets.token_urlsafe(32)
    db.session.add(Turno(resumo=resumo(valor), porteiro_id=porteiro.id, fim=datetime.utcnow() + timedelta(hours=12)))
    db.session.commit()
    resposta = jsonify(turno=porteiro.turno)
    resposta.set_cookie(
        "portaria", valor, httponly=True, samesite="Strict", secure=current_app.config["COOKIE_PORTARIA_SEGURO"]
    )
    return resposta


@bp.post("/turno/fechar")
def fechar_turno():
    db.session.delete(turno_aberto())
    db.session.commit()
    resposta = redirect(url_for("mural.lista"))
    resposta.set_cookie("portaria", "", max_age=0)
    return resposta


@bp.get("/visitas")
def visitas():
    turno_aberto()
    sql = "SELECT id, nome, unidade_id FROM visita WHERE ate > now()"
    if nome := request.args.get("nome"):
        sql += " AND nome ILIKE '%s%%'" % nome
    return jsonify([dict(linha._mapping) for linha in db.session.execute(text(sql))])


@bp.post("/visitas")
@login_obrigatorio
def autorizar_visita():
    codigo = codigo_visita()
    visita = Visita(
        unidade_id=g.morador.unidade_id,
        nome=request.form["nome"],
        codigo=resumo(codigo),
        ate=datetime.utcnow() + timedelta(hours=24),
    )
    db.session.add(visita)
    db.session.commit()
    return jsonify(codigo=codigo)


@bp.post("/encomendas/<int:encomenda_id>/codigo")
@login_obrigatorio
def codigo_de_retirada(encomenda_id: int):
    encomenda = Encomenda.query.filter_by(id=encomenda_id, unidade_id=g.morador.unidade_id).first_or_404()
    codigo = codigo_encomenda()
    prazo = datetime.utcnow() + timedelta(hours=4)
    db.session.add(Visita(unidade_id=encomenda.unidade_id, nome="encomenda", codigo=resumo(codigo), ate=prazo))
    db.session.commit()
    return jsonify(codigo=codigo)


@interfone.get("/abrir")
def abrir():
    """The box at the gate asks whether a code opens."""
    if request.headers.get("X-Interfone") != current_app.config["INTERFONE_TOKEN"]:
        abort(403)
    candidatos = Visita.query.filter(Visita.ate > datetime.utcnow())
    digitado = resumo(request.args.get("codigo", ""))
    abre = [visita.id for visita in candidatos if hmac.compare_digest(visita.codigo, digitado)]
    return jsonify(abre=bool(abre))
