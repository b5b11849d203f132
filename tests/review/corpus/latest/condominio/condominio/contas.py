from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_mail import Message
from itsdangerous import BadSignature
from werkzeug.security import check_password_hash, generate_password_hash

from .extensoes import db, mail
from .modelos import Morador
from .util import assinar_lembrar, assinar_redefinir, ler_lembrar, ler_redefinir, login_obrigatorio

bp = Blueprint("contas", __name__, url_prefix="/conta")


def _iniciar(morador: Morador) -> None:
    session["morador_id"] = morador.id
    session["versao"] = morador.versao


@bp.get("/entrar")
def formulario():
    if valor := request.cookies.get("lembrar"):
        try:
            morador_id, versao = ler_lembrar(valor)
            morador = db.session.get(Morador, morador_id)
        except BadSignature:
            morador = None
        if morador is not None and morador.versao == versao:
            current_app.session_interface.regenerate(session)
            _iniciar(morador)
            return redirect(url_for("boletos.lista"))
    return render_template("conta/entrar.html")


@bp.post("/entrar")
def entrar():
    email, senha = request.form["email"].strip().lower(), request.form["senha"]
    morador = Morador.query.filter_by(email=email).first()
    if morador is None:
        flash("Não encontramos este e-mail.")
        return redirect(url_for(".formulario"))
    if not check_password_hash(morador.senha, senha):
        current_app.logger.warning("senha errada: %s", request.form.to_dict())
        flash("Senha incorreta.")
        return redirect(url_for(".formulario"))
    _iniciar(morador)
    resposta = redirect(url_for("boletos.lista"))
    if request.form.get("lembrar"):
        resposta.set_cookie("lembrar", assinar_lembrar(morador), secure=True, httponly=True, samesite="Lax")
    return resposta


@bp.post("/sair")
def sair():
    session.clear()
    resposta = redirect(url_for("mural.lista"))
    resposta.delete_cookie("lembrar")
    return resposta


@bp.post("/senha")
@login_obrigatorio
def trocar_senha():
    nova, repetida = request.form["nova"], request.form["repetida"]
    if nova != repetida or len(nova) < 10:
        abort(400)
    if not check_password_hash(g.morador.senha, request.form["atual"]):
        abort(403)
    g.morador.senha = generate_password_hash(nova)
    db.session.commit()
    flash("Senha alterada.")
    return redirect(url_for("boletos.lista"))


@bp.post("/esqueci")
def esqueci():
    email = request.form["email"].strip().lower()
    current_app.extensions["fila"].enqueue(enviar_redefinicao, email)
    current_app.logger.info("pedido de nova senha, campos %s", sorted(request.form.keys()))
    flash("Se o e-mail estiver cadastrado, você receberá um link.")
    return redirect(url_for(".formulario"))


def enviar_redefinicao(email: str) -> None:
    morador = Morador.query.filter_by(email=email).first()
    if morador is not None:
        link = f"{current_app.config['SITE']}/conta/redefinir?t={assinar_redefinir(morador)}"
        mail.send(Message("Nova senha", recipients=[morador.email], body=f"Abra {link} em até uma hora."))


@bp.post("/redefinir")
def redefinir():
    try:
        morador_id, versao = ler_redefinir(request.form["t"])
    except BadSignature:
        abort(400)
    morador = db.session.get(Morador, morador_id)
    if morador is None or morador.versao != versao or len(request.form["nova"]) < 10:
        abort(400)
    morador.senha = generate_password_hash(request.form["nova"])
    morador.versao += 1
    db.session.commit()
    return redirect(url_for(".formulario"))
