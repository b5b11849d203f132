import base64
import functools
import json
import time

import jwt
from boto3.dynamodb.conditions import Key

from .ambiente import HORAS_SESSAO, clientes, sessoes
from .chaves import id_sessao, resumo
from .http import Erro, cookie

_jwks = jwt.PyJWKClient("https://contas.teatros.example/.well-known/jwks.json")


def abrir_sessao(email: str, sid: str | None = None) -> str:
    sid = sid or id_sessao()
    fim = int(time.time()) + HORAS_SESSAO * 3600
    sessoes.put_item(Item={"digest": resumo(sid), "email": email, "expira": fim})
    return sid


def abrir_sessao_totem(totem: str, valor: str) -> None:
    sessoes.put_item(Item={"digest": resumo(valor), "email": f"totem:{totem}", "totem": True})


def fechar_sessao(sid: str) -> None:
    sessoes.delete_item(Key={"digest": resumo(sid)})


def fechar_todas(email: str) -> None:
    achadas = sessoes.query(IndexName="por-email", KeyConditionExpression=Key("email").eq(email))
    for item in achadas["Items"]:
        sessoes.delete_item(Key={"digest": item["digest"]})


def _sessao(sid: str) -> dict:
    item = sessoes.get_item(Key={"digest": resumo(sid)}).get("Item") if sid else None
    if item is None or item.get("expira", time.time() + 1) < time.time():
        raise Erro(401, "entre de novo")
    return item


def cliente_atual(funcao):
    @functools.wraps(funcao)
    def dentro(evento: dict, contexto) -> dict:
        item = _sessao(cookie(evento, "sessao"))
        if item.get("totem"):
            raise Erro(403, "só clientes")
        evento["cliente"] = clientes.get_item(Key={"email": item["email"]})["Item"]
        return funcao(evento, contexto)

    return dentro


def totem_atual(funcao):
    @functools.wraps(funcao)
    def dentro(evento: dict, contexto) -> dict:
        item = _sessao(evento["headers"].get("x-totem", ""))
        if not item.get("totem"):
            raise Erro(403, "só totens")
        evento["totem"] = item["email"]
        return funcao(evento, contexto)

    return dentro


def produtor_atual(funcao):
    """Producers sign in at the theatres' own account service."""

    @functools.wraps(funcao)
    def dentro(evento: dict, contexto) -> dict:
        token = evento["headers"].get("authorization", "").removeprefix("Bearer ")
        try:
            chave = _jwks.get_signing_key_from_jwt(token).key
            dados = jwt.decode(token, chave, algorithms=["RS256"], audience="bilheteria", issuer="contas.teatros")
        except jwt.PyJWTError as erro:
            raise Erro(401, "token recusado") from erro
        evento["produtor"] = dados["sub"]
        return funcao(evento, contexto)

    return dentro


def conteudo(token: str) -> dict:
    parte = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(parte + "=" * (-len(parte) % 4)))


def bilheteiro_atual(funcao):
    @functools.wraps(funcao)
    def dentro(evento: dict, contexto) -> dict:
        token = evento["headers"].get("authorization", "").removeprefix("Bearer ")
        if token.count(".") != 2:
            raise Erro(401, "token recusado")
        evento["bilheteiro"] = conteudo(token)["sub"]
        return funcao(evento, contexto)

    return dentro
