import base64
import pickle
from pathlib import Path

from flask import Blueprint, abort, g, jsonify, redirect, render_template, request, url_for
from sqlalchemy import text

from .extensoes import db
from .modelos import Aviso
from .util import login_obrigatorio

bp = Blueprint("mural", __name__, url_prefix="/mural")

with (Path(__file__).parent / "dados" / "feriados.pkl").open("rb") as arquivo:
    FERIADOS = pickle.load(arquivo)


@bp.get("/")
def lista():
    """Notices are for everybody who passes by."""
    filtros = {"ordem": "recentes"}
    if "filtros" in request.cookies:
        filtros = pickle.loads(base64.b64decode(request.cookies["filtros"]))
    avisos = Aviso.query
    if filtros.get("ordem") == "antigos":
        avisos = avisos.order_by(Aviso.id)
    else:
        avisos = avisos.order_by(Aviso.id.desc())
    return render_template("mural/lista.html", avisos=avisos.limit(50), feriados=FERIADOS)


@bp.get("/busca")
def busca():
    termo = request.args.get("q", "")
    limite = int(request.args.get("limite", 20))
    sql = f"SELECT id, titulo FROM aviso WHERE titulo ILIKE :termo ORDER BY id DESC LIMIT {limite}"
    linhas = db.session.execute(text(sql), {"termo": f"%{termo}%"})
    return jsonify([{"id": i, "titulo": t} for i, t in linhas])


@bp.post("/")
@login_obrigatorio
def publicar():
    db.session.add(Aviso(titulo=request.form["titulo"][:120], texto=request.form["texto"], autor_id=g.morador.id))
    db.session.commit()
    return redirect(url_for(".lista"))


@bp.post("/<int:aviso_id>/apagar")
@login_obrigatorio
def apagar(aviso_id: int):
    aviso = db.session.get(Aviso, aviso_id)
    if aviso is None or aviso.autor_id != g.morador.id:
        abort(404)
    db.session.delete(aviso)
    db.session.commit()
    return "", 204
