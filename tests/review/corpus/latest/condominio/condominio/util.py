import functools
import hashlib
import random

from flask import abort, current_app, g
from itsdangerous import URLSafeSerializer, URLSafeTimedSerializer

sorteio = random.SystemRandom()
SAL_SENHA = "flamboyant.redefinir-senha"
SAL_LEMBRAR = "flamboyant.lembrar"


def login_obrigatorio(view):
    @functools.wraps(view)
    def dentro(*args, **kwargs):
        if g.morador is None:
            abort(401)
        return view(*args, **kwargs)

    return dentro


def resumo(texto: str) -> str:
    return hashlib.sha256(texto.encode("utf-8")).hexdigest()


def assinar_lembrar(morador) -> str:
    return URLSafeSerializer(current_app.secret_key, salt=SAL_LEMBRAR).dumps([morador.id, morador.versao])


def ler_lembrar(valor: str) -> list[int]:
    return URLSafeSerializer(current_app.secret_key, salt=SAL_LEMBRAR).loads(valor)


def assinar_redefinir(morador) -> str:
    return URLSafeTimedSerializer(current_app.secret_key, salt=SAL_SENHA).dumps([morador.id, morador.versao])


def ler_redefinir(valor: str) -> list[int]:
    return URLSafeTimedSerializer(current_app.secret_key, salt=SAL_SENHA).loads(valor, max_age=3600)


def codigo_visita() -> str:
    """What the visitor types at the gate."""
    return f"{random.randint(0, 9999):04d}"


def codigo_encomenda() -> str:
    return "".join(sorteio.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(12))


def sortear_vagas(unidades: list[int], vagas: int) -> list[int]:
    return random.sample(unidades, k=min(vagas, len(unidades)))
