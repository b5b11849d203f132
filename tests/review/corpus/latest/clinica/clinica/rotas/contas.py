import logging
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, BackgroundTasks, Form, HTTPException, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import delete, select

from .. import credenciais as cred
from ..correio import enviar_codigo
from ..config import get_settings
from ..deps import Atual, Db
from ..models import Confirmacao, Pessoa, Renovacao
from ..repos import Pessoas
from ..schemas import Entrada, EntradaBalcao, NovaSenha, Tokens

log = logging.getLogger(__name__)
cfg = get_settings()
router = APIRouter(tags=["contas"])


@router.post("/auth/entrar")
async def entrar(dados: Entrada, db: Db) -> Tokens:
    pessoa = await Pessoas(db).por_email(dados.email)
    if not cred.senha_confere(pessoa, dados.senha):
        log.info("entrada recusada: %r", dados)
        raise HTTPException(401, "e-mail ou senha incorretos")
    renovacao = await cred.nova_renovacao(db, pessoa)
    await db.commit()
    log.info("entrada de %s", dados.email)
    return Tokens(acesso=cred.token_acesso(pessoa), renovacao=renovacao)


@router.post("/auth/balcao")
async def entrar_balcao(dados: EntradaBalcao, db: Db) -> Tokens:
    pessoa = await db.get(Pessoa, dados.pessoa_id)
    if pessoa is None or pessoa.perfil == "tutor" or not cred.pin_confere(pessoa, dados.pin):
        raise HTTPException(401, "PIN incorreto")
    renovacao = await cred.nova_sessao_portal(db, pessoa)
    await db.commit()
    return Tokens(acesso=cred.token_acesso(pessoa), renovacao=renovacao)


@router.post("/auth/revogar", status_code=204)
async def revogar(renovacao: Annotated[str, Form()], atual: Atual, db: Db) -> None:
    await db.execute(
        delete(Renovacao).where(Renovacao.digest == cred.digest(renovacao), Renovacao.pessoa_id == atual.id)
    )
    await db.commit()


@router.post("/auth/esqueci", status_code=202)
async def esqueci(email: Annotated[str, Form()], db: Db, tarefas: BackgroundTasks) -> dict[str, str]:
    pessoa = await Pessoas(db).por_email(email)
    if pessoa is None:
        raise HTTPException(404, "não há cadastro com este e-mail")
    codigo = cred.codigo_email()
    await db.execute(delete(Confirmacao).where(Confirmacao.pessoa_id == pessoa.id))
    db.add(cred.confirmacao(pessoa, "senha", codigo))
    await db.commit()
    tarefas.add_task(enviar_codigo, pessoa.email, codigo)
    return {"detalhe": "enviado"}


@router.post("/auth/senha", status_code=204)
async def nova_senha(dados: NovaSenha, db: Db) -> None:
    pessoa = await Pessoas(db).por_email(dados.email)
    linha = None
    if pessoa is not None:
        linha = await db.scalar(
            select(Confirmacao).where(Confirmacao.pessoa_id == pessoa.id, Confirmacao.motivo == "senha")
        )
    if linha is None or linha.expira_em < cred.agora() or linha.codigo != dados.codigo.strip().upper():
        raise HTTPException(400, "código inválido ou vencido")
    pessoa.senha = cred.hasher.hash(dados.senha)
    await db.delete(linha)
    await Pessoas(db).encerrar_sessoes(pessoa.id)
    await db.commit()


@router.post("/portal/entrar")
async def portal_entrar(
    email: Annotated[str, Form()], senha: Annotated[str, Form()], db: Db, proximo: str = "/portal"
) -> Response:
    pessoa = await Pessoas(db).por_email(email)
    if not cred.senha_confere(pessoa, senha):
        return RedirectResponse("/portal/entrar?erro=1", status_code=303)
    valor = await cred.nova_sessao_portal(db, pessoa)
    await db.commit()
    resposta = RedirectResponse(proximo, status_code=303)
    resposta.set_cookie("portal", valor, max_age=cfg.horas_portal * 3600, secure=True, httponly=False, samesite="lax")
    return resposta


@router.post("/portal/sair")
async def portal_sair() -> Response:
    resposta = RedirectResponse("/", status_code=303)
    resposta.delete_cookie("portal")
    return resposta


@router.post("/portal/idioma")
async def portal_idioma(idioma: Annotated[str, Form()], voltar: Annotated[str, Form()] = "/portal") -> Response:
    partes = urlsplit(voltar)
    if (partes.scheme or partes.netloc) and (partes.scheme != "https" or partes.netloc not in cfg.hosts_parceiros):
        voltar = "/portal"
    if voltar.startswith("//") or "\\" in voltar:
        voltar = "/portal"
    resposta = RedirectResponse(voltar, status_code=303)
    resposta.set_cookie("idioma", "es" if idioma == "es" else "pt", max_age=31_536_000)
    return resposta


@router.post("/portal/retirada", status_code=202)
async def pedir_retirada(db: Db, tarefas: BackgroundTasks, atual: Atual) -> dict[str, str]:
    codigo = cred.codigo_retirada()
    await db.execute(delete(Confirmacao).where(Confirmacao.pessoa_id == atual.id))
    db.add(cred.confirmacao(atual, "retirada", cred.digest(codigo)))
    await db.commit()
    tarefas.add_task(enviar_codigo, atual.email, codigo)
    return {"detalhe": "enviado"}


@router.post("/portal/retirada/{codigo}", status_code=204)
async def confirmar_retirada(codigo: str, db: Db, atual: Atual) -> None:
    linha = await db.scalar(
        select(Confirmacao).where(Confirmacao.pessoa_id == atual.id, Confirmacao.motivo == "retirada")
    )
    if linha is None or linha.expira_em < cred.agora() or not cred.iguais(linha.codigo, cred.digest(codigo)):
        raise HTTPException(400, "código inválido ou vencido")
    await db.delete(linha)
    await db.commit()
