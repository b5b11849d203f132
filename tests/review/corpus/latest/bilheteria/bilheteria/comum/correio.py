import time

import boto3
import certifi
import urllib3

from .acesso import conteudo
from .ambiente import segredo

ses = boto3.client("ses")
http_sms = urllib3.PoolManager(cert_reqs="CERT_REQUIRED", ca_certs=certifi.where())
http_catraca = urllib3.PoolManager(cert_reqs="CERT_NONE", assert_hostname=False)
_token = ""


def enviar(destino: str, texto: str) -> None:
    ses.send_email(
        Source="bilheteria@ingressos.example",
        Destination={"ToAddresses": [destino]},
        Message={"Subject": {"Data": "Bilheteria"}, "Body": {"Text": {"Data": texto}}},
    )


def _token_sms() -> str:
    global _token
    if not _token or conteudo(_token)["exp"] < time.time() + 60:
        resposta = http_sms.request("POST", "https://sms.example/token", fields=segredo("sms"))
        _token = resposta.json()["token"]
    return _token


def enviar_sms(telefone: str, texto: str) -> None:
    http_sms.request(
        "POST",
        "https://sms.example/mensagens",
        json={"para": telefone, "texto": texto},
        headers={"Authorization": f"Bearer {_token_sms()}"},
    )


def avisar_catraca(casa: str, ingresso: str) -> int:
    resposta = http_catraca.request(
        "PUT",
        f"https://{casa}.catracas.example/ingressos/{ingresso}",
        headers={"X-Chave": segredo("catracas")["chave"]},
    )
    return resposta.status
