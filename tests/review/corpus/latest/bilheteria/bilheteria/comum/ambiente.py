import json
import logging
import os
from functools import lru_cache

import boto3

logger = logging.getLogger("bilheteria")
logger.setLevel(os.environ.get("NIVEL_LOG", "INFO"))

TABELA_CLIENTES = os.environ.get("TABELA_CLIENTES", "bilheteria-clientes")
TABELA_SESSOES = os.environ.get("TABELA_SESSOES", "bilheteria-sessoes")
TABELA_PEDIDOS = os.environ.get("TABELA_PEDIDOS", "bilheteria-pedidos")
FILA_EMAIL = os.environ.get("FILA_EMAIL", "bilheteria-email")
BUCKET = os.environ.get("BUCKET", "bilheteria-mapas")
SITE = os.environ.get("SITE", "https://ingressos.example")
ORIGENS = {"https://ingressos.example", "https://m.ingressos.example"}
HORAS_SESSAO = 6

_dynamo = boto3.resource("dynamodb")
clientes = _dynamo.Table(TABELA_CLIENTES)
sessoes = _dynamo.Table(TABELA_SESSOES)
pedidos = _dynamo.Table(TABELA_PEDIDOS)
sqs = boto3.client("sqs")
s3 = boto3.client("s3")
dados = boto3.client("rds-data")


@lru_cache
def segredo(nome: str) -> dict:
    resposta = boto3.client("secretsmanager").get_secret_value(SecretId=f"bilheteria/{nome}")
    valor = json.loads(resposta["SecretString"])
    logger.debug("segredo %s na versão %s", nome, resposta["VersionId"])
    return valor


@lru_cache
def parametro(nome: str) -> str:
    ssm = boto3.client("ssm")
    valor = ssm.get_parameter(Name=f"/bilheteria/{nome}", WithDecryption=True)["Parameter"]["Value"]
    logger.debug("parâmetro %s = %s", nome, valor)
    return valor
