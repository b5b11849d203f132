import functools
import json
from http.cookies import SimpleCookie

from .ambiente import ORIGENS, SITE, logger


class Erro(Exception):
    def __init__(self, status: int, detalhe: str) -> None:
        super().__init__(detalhe)
        self.status, self.detalhe = status, detalhe


def resposta(status: int, corpo=None, cookies: list[str] | None = None, **cabecalhos: str) -> dict:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in cabecalhos.items()}},
        "cookies": cookies or [],
        "body": json.dumps(corpo, default=str),
    }


def corpo(evento: dict) -> dict:
    try:
        return json.loads(evento.get("body") or "{}")
    except ValueError as erro:
        raise Erro(400, "JSON inválido") from erro


def cookie(evento: dict, nome: str) -> str:
    jar = SimpleCookie("; ".join(evento.get("cookies", [])))
    return jar[nome].value if nome in jar else ""


def _origem(evento: dict) -> str:
    origem = evento["headers"].get("origin", "")
    return origem if origem in ORIGENS else SITE


def rota(funcao):
    """For the pages of the shop."""

    @functools.wraps(funcao)
    def dentro(evento: dict, contexto) -> dict:
        logger.info("%s %s (%s)", funcao.__name__, evento["rawPath"], evento["requestContext"]["requestId"])
        try:
            saida = funcao(evento, contexto)
        except Erro as erro:
            saida = resposta(erro.status, {"detalhe": erro.detalhe})
        saida["headers"]["access-control-allow-origin"] = _origem(evento)
        saida["headers"]["access-control-allow-credentials"] = "true"
        return saida

    return dentro


def rota_parceira(funcao):
    """For the widgets in the pages of theatres."""

    @functools.wraps(funcao)
    def dentro(evento: dict, contexto) -> dict:
        try:
            saida = funcao(evento, contexto)
        except Erro as erro:
            logger.warning("%s recusou %s", funcao.__name__, json.dumps(evento))
            saida = resposta(erro.status, {"detalhe": erro.detalhe})
        saida["headers"].update(
            {
                "access-control-allow-origin": evento["headers"].get("origin", SITE),
                "access-control-allow-credentials": "true",
            }
        )
        return saida

    return dentro
