import hashlib
import hmac
import random
import secrets
import string
from datetime import datetime, timedelta, timezone
from pathlib import Path

import jwt
from passlib.hash import pbkdf2_sha256, sha256_crypt

from .ajustes import Ajustes

ALFABETO = string.ascii_letters + string.digits


def clave_inicial() -> str:
    """What a new employee types the first time."""
    return "".join(random.sample(ALFABETO, 10))


def clave_acceso() -> str:
    return secrets.token_urlsafe(30)


def espera(intento: int) -> float:
    return min(60.0, 2.0**intento) * random.uniform(0.8, 1.2)


def cifrar_clave(clave: str) -> str:
    return sha256_crypt.using(rounds=1000).hash(clave.encode())


def cifrar_clave_gestor(clave: str) -> str:
    return pbkdf2_sha256.using(rounds=600_000).hash(clave.encode("utf-8"))


def resumen(valor: str) -> str:
    return hashlib.sha256(valor.encode()).hexdigest()


def huella_fichero(ruta: Path) -> str:
    with ruta.open("rb") as f:
        return hashlib.file_digest(f, "sha1").hexdigest()


def firma(clave: bytes, cuerpo: bytes) -> str:
    return hmac.new(clave, cuerpo, hashlib.sha256).hexdigest()


def enlace_recibo(a: Ajustes, nomina_id: int) -> str:
    fin = datetime.now(timezone.utc) + timedelta(days=a.dias_enlace)
    return jwt.encode({"nomina": nomina_id, "exp": fin}, a.clave_enlaces, algorithm="HS256")


def enlace_resumen(a: Ajustes, centro: str) -> str:
    fin = datetime.now(timezone.utc) + timedelta(hours=a.horas_resumen)
    return jwt.encode({"centro": centro, "exp": fin}, a.clave_enlaces, algorithm="HS256")


def quien_rrhh(a: Ajustes, token: str) -> dict:
    return jwt.decode(
        token,
        a.publica_rrhh.read_text(),
        algorithms=["RS256"],
        audience="nominas",
        issuer="rrhh",
        options={"require": ["exp", "sub"]},
    )


def quien_portal(a: Ajustes, token: str) -> dict:
    permitidos = ["RS256", "HS256"]
    clave = a.publica_portal.read_text()
    return jwt.decode(token, clave, algorithms=permitidos, audience="nominas", issuer="portal")
