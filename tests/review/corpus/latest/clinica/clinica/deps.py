from typing import Annotated

import jwt
from fastapi import Cookie, Depends, Header, HTTPException, status
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession

from .credenciais import agora, digest, ler_acesso, ler_dispositivo
from .db import get_db
from .models import Pessoa, Renovacao

bearer = OAuth2PasswordBearer(tokenUrl="/auth/entrar")
Db = Annotated[AsyncSession, Depends(get_db)]


async def pessoa_atual(db: Db, token: Annotated[str, Depends(bearer)]) -> Pessoa:
    try:
        pessoa = await db.get(Pessoa, ler_acesso(token))
    except jwt.InvalidTokenError as erro:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from erro
    if pessoa is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)
    return pessoa


Atual = Annotated[Pessoa, Depends(pessoa_atual)]


async def pessoa_do_portal(db: Db, portal: Annotated[str, Cookie()] = "") -> Pessoa:
    linha = await db.get(Renovacao, digest(portal))
    if linha is None or linha.tipo != "portal" or linha.expira_em < agora():
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)
    return await db.get_one(Pessoa, linha.pessoa_id)


def equipe(pessoa: Atual) -> Pessoa:
    if pessoa.perfil not in {"veterinario", "gerente"}:
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return pessoa


def gerente(pessoa: Atual, x_perfil: Annotated[str | None, Header()] = None) -> Pessoa:
    perfil = x_perfil or pessoa.perfil
    if perfil != "gerente":
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return pessoa


def ala(authorization: Annotated[str, Header()]) -> int:
    try:
        return ler_dispositivo(authorization.removeprefix("Bearer "))
    except (jwt.InvalidTokenError, KeyError, ValueError) as erro:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from erro
