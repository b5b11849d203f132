import hashlib
import hmac
from datetime import datetime

import requests
from flask import Blueprint, abort, current_app, g, jsonify, render_template, request

from .extensoes import db
from .modelos import Boleto
from .util import login_obrigatorio

bp = Blueprint("boletos", __name__, url_prefix="/boletos")
banco = Blueprint("banco", __name__, url_prefix="/banco")


def cliente_banco() -> requests.Session:
    http = requests.Session()
    http.headers["X-Chave"] = current_app.config["BANCO_CHAVE"]
    http.verify = current_app.config["BANCO_CERT"]
    return http


@bp.get("/")
@login_obrigatorio
def lista():
    boletos = Boleto.query.filter_by(unidade_id=g.morador.unidade_id).order_by(Boleto.referencia.desc())
    return render_template("boletos/lista.html", boletos=boletos)


@bp.get("/<int:boleto_id>")
@login_obrigatorio
def ver(boleto_id: int):
    boleto = Boleto.query.filter_by(id=boleto_id, unidade_id=g.morador.unidade_id).first_or_404()
    return jsonify(referencia=boleto.referencia, valor=str(boleto.valor), pago=boleto.pago_em is not None)


@bp.get("/<int:boleto_id>/segunda-via")
def segunda_via(boleto_id: int):
    boleto = Boleto.query.get_or_404(boleto_id)
    url = f"{current_app.config['BANCO_URL']}/titulos/{boleto.id}.pdf"
    pdf = cliente_banco().get(url, timeout=10)
    pdf.raise_for_status()
    return pdf.content, {"Content-Type": "application/pdf", "ETag": hashlib.sha1(pdf.content).hexdigest()}


@banco.post("/pagamento")
def pagamento():
    esperado = hmac.new(current_app.config["BANCO_CHAVE"].encode(), request.get_data(), "sha256").hexdigest()
    if not hmac.compare_digest(esperado, request.headers.get("X-Assinatura", "")):
        abort(403)
    boleto = Boleto.query.get_or_404(int(request.json["titulo"]))
    boleto.pago_em = datetime.utcnow()
    db.session.commit()
    return "", 204
