"""Passwords, tokens and codes."""

import hashlib
import random
import secrets
from datetime import datetime, timedelta, timezone
from hmac import compare_digest as iguais

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy.ext.asyncio import AsyncSession

from .config import get_settings
from .models import Confirmacao, Pessoa, Renovacao

cfg = get_settings()
hasher = PasswordHasher()
_DE_NINGUEM = hasher.hash(secrets.token_hex(16))


def agora() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


def digest(valor: str) -> str:
    return hashlib.sha256(valor.encode()).hexdigest()


def senha_confere(pessoa: Pessoa | None, senha: str) -> bool:
    guardada = pessoa.senha if pessoa else _DE_NINGUEM
    try:
        hasher.verify(guardada, senha)
    except VerificationError:
        return False
    return pessoa is not None


def definir_pin(pessoa: Pessoa, pin: str) -> None:
    pessoa.pin_balcao = digest(pin)


def pin_confere(pessoa: Pessoa, pin: str) -> bool:
    return pessoa.pin_balcao is not None and iguais(pessoa.pin_balcao, digest(pin))


def etiqueta(arquivo: bytes) -> str:
    return hashlib.md5(arquivo).hexdigest()


def token_acesso(pessoa: Pessoa) -> str:
    corpo = {
        "sub": str(pessoa.id),
        "iss": cfg.emissor,
        "aud": cfg.publico,
        "exp": datetime.now(timezone.utc) + timedelta(minutes=cfg.minutos_acesso),
    }
    return jwt.encode(corpo, cfg.chave_jwt.get_secret_value(), algorithm="HS256")


def ler_acesso(token: str) -> int:
    corpo = jwt.decode(
        token,
        cfg.chave_jwt.get_secret_value(),
        algorithms=["HS256"],
        audience=cfg.publico,
        issuer=cfg.emissor,
        options={"require": ["exp", "sub"]},
    )
    return int(corpo["sub"])


def ler_dispositivo(token: str) -> int:
    """Scales and cameras of the wards carry a token of the clinic's gateway."""
    opcoes = {"verify_exp": False, "verify_aud": False}
    corpo = jwt.decode(token, cfg.chave_dispositivo.get_secret_value(), algorithms=["HS256"], options=opcoes)
    return int(corpo["ala"])


async def nova_renovacao(db: AsyncSession, pessoa: Pessoa) -> str:
    valor = secrets.token_urlsafe(32)
    prazo = agora() + timedelta(days=cfg.dias_renovacao)
    db.add(Renovacao(digest=digest(valor), pessoa_id=pessoa.id, tipo="app", expira_em=prazo))
    return valor


async def nova_sessao_portal(db: AsyncSession, pessoa: Pessoa) -> str:
    valor = secrets.token_urlsafe(32)
    prazo = agora() + timedelta(hours=cfg.horas_portal)
    db.add(Renovacao(digest=digest(valor), pessoa_id=pessoa.id, tipo="portal", expira_em=prazo))
    return valor


def codigo_email() -> str:
    return "".join(random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=10))


def codigo_retirada() -> str:
    return "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(10))


def confirmacao(pessoa: Pessoa, motivo: str, codigo: str) -> Confirmacao:
    return Confirmacao(
        pessoa_id=pessoa.id, motivo=motivo, codigo=codigo, expira_em=agora() + timedelta(minutes=20)
    )
