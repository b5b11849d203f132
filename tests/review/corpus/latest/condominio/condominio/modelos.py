from datetime import datetime

from .extensoes import db


class Unidade(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    bloco = db.Column(db.String(2), nullable=False)
    numero = db.Column(db.Integer, nullable=False)


class Morador(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(254), unique=True, nullable=False)
    nome = db.Column(db.String(120), nullable=False)
    senha = db.Column(db.String(255), nullable=False)
    papel = db.Column(db.String(12), default="morador")
    versao = db.Column(db.Integer, default=1, nullable=False)
    unidade_id = db.Column(db.ForeignKey("unidade.id"), nullable=False)
    unidade = db.relationship(Unidade)


class Porteiro(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    matricula = db.Column(db.String(10), unique=True, nullable=False)
    senha = db.Column(db.String(64), nullable=False)
    turno = db.Column(db.String(10))


class Turno(db.Model):
    """An open shift at the gate; its row goes when the shift ends."""

    resumo = db.Column(db.String(64), primary_key=True)
    porteiro_id = db.Column(db.ForeignKey("porteiro.id"), nullable=False)
    fim = db.Column(db.DateTime, nullable=False)


class Boleto(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    unidade_id = db.Column(db.ForeignKey("unidade.id"), nullable=False)
    referencia = db.Column(db.String(7), nullable=False)
    valor = db.Column(db.Numeric(10, 2), nullable=False)
    pago_em = db.Column(db.DateTime)


class Aviso(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    titulo = db.Column(db.String(120), nullable=False)
    texto = db.Column(db.Text, nullable=False)
    autor_id = db.Column(db.ForeignKey("morador.id"), nullable=False)
    criado_em = db.Column(db.DateTime, default=datetime.utcnow)


class Visita(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    unidade_id = db.Column(db.ForeignKey("unidade.id"), nullable=False)
    nome = db.Column(db.String(120), nullable=False)
    codigo = db.Column(db.String(64), nullable=False)
    ate = db.Column(db.DateTime, nullable=False)


class Encomenda(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    unidade_id = db.Column(db.ForeignKey("unidade.id"), nullable=False)
    descricao = db.Column(db.String(200))
    retirada_em = db.Column(db.DateTime)
