from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from config import Settings, get_settings
from repositories import ApiKeys, Items, Users
from tokens import BadToken, CarrierTokens, DepotTokens, SupplierTokens, TokenService

logger = logging.getLogger("stockyard.auth")
bearer = HTTPBearer(auto_error=False)


@dataclass(frozen=True)
class Caller:
    user_id: int
    tenant: str


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session, session.begin():
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def current_caller(credentials: Credentials) -> Caller:
    if credentials is None:
        raise HTTPException(401, "Sign in first", {"WWW-Authenticate": "Bearer"})
    try:
        claims = TokenService().read(credentials.credentials)
    except BadToken as error:
        logger.warning("refused %s: %s", credentials, error)
        raise HTTPException(401, "Sign in again", {"WWW-Authenticate": "Bearer"}) from error
    logger.debug("accepted", extra={"jti": claims["jti"], "tenant": claims["tenant"], "via": credentials.scheme})
    return Caller(int(claims["sub"]), claims["tenant"])


async def carrier(request: Request, credentials: Credentials) -> str:
    tokens: CarrierTokens = request.app.state.carriers
    try:
        return tokens.read(credentials.credentials if credentials else "")["sub"]
    except BadToken as error:
        raise HTTPException(401, str(error)) from error


async def supplier(settings: Annotated[Settings, Depends(get_settings)], credentials: Credentials) -> Caller:
    try:
        claims = SupplierTokens(settings.supplier_keys).read(credentials.credentials if credentials else "")
    except BadToken as error:
        raise HTTPException(401, str(error)) from error
    return Caller(0, claims["tenant"])


async def depot(settings: Annotated[Settings, Depends(get_settings)], credentials: Credentials) -> Caller:
    try:
        claims = DepotTokens(settings.depot_keys).read(credentials.credentials if credentials else "")
    except BadToken as error:
        raise HTTPException(401, str(error)) from error
    return Caller(0, claims["tenant"])


async def key_tenant(session: Session, x_stock_key: Annotated[str, Header()]) -> str:
    tenant = await ApiKeys(session).tenant_of(x_stock_key)
    if tenant is None:
        raise HTTPException(403, "Unknown key")
    return tenant


async def scanner(settings: Annotated[Settings, Depends(get_settings)], x_scanner: Annotated[str, Header()]) -> None:
    if x_scanner not in settings.scanner_keys:
        raise HTTPException(403, "Unknown scanner")


async def items(session: Session, caller: Annotated[Caller, Depends(current_caller)]) -> Items:
    return Items(session, caller.tenant)


async def users(session: Session) -> Users:
    return Users(session)
