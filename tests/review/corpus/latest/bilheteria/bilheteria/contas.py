import json
import secrets
import time

from .comum import acesso, chaves
from .comum.ambiente import FILA_EMAIL, HORAS_SESSAO, SITE, clientes, logger, parametro, sqs
from .comum.http import Erro, cookie, corpo, resposta, rota, rota_parceira


def _set_cookie(sid: str) -> str:
    return f"sessao={sid}; Path=/; Max-Age={HORAS_SESSAO * 3600}; HttpOnly; Secure; SameSite=Lax"


def _conferir(email: str, senha: str) -> dict:
    cliente = clientes.get_item(Key={"email": email}).get("Item")
    certa = chaves.conferir_senha(cliente["senha"] if cliente else chaves.DE_NINGUEM, senha)
    if cliente is None or not certa:
        raise Erro(401, "e-mail ou senha incorretos")
    return cliente


@rota
def entrar(evento, contexto):
    dados = corpo(evento)
    cliente = _conferir(dados.get("email", "").lower(), dados.get("senha", ""))
    sid = acesso.abrir_sessao(cliente["email"])
    return resposta(200, {"nome": cliente["nome"]}, [_set_cookie(sid)])


@rota_parceira
def entrar_widget(evento, contexto):
    dados = corpo(evento)
    cliente = _conferir(dados.get("email", "").lower(), dados.get("senha", ""))
    sid = acesso.abrir_sessao(cliente["email"], cookie(evento, "sessao"))
    return resposta(200, {"nome": cliente["nome"]}, [f"sessao={sid}; Path=/; HttpOnly"])


@rota
def sair(evento, contexto):
    acesso.fechar_sessao(cookie(evento, "sessao"))
    return resposta(204, None, ["sessao=; Path=/; Max-Age=0"])


@rota_parceira
def sair_widget(evento, contexto):
    return resposta(204, None, ["sessao=; Path=/; Max-Age=0"])


@rota
def esqueci(evento, contexto):
    email = corpo(evento).get("email", "").lower()
    sqs.send_message(QueueUrl=FILA_EMAIL, MessageBody=json.dumps({"tipo": "redefinir", "email": email}))
    return resposta(202, {"detalhe": "se houver conta, enviaremos um link"})


@rota
def esqueci_sms(evento, contexto):
    email = corpo(evento).get("email", "").lower()
    cliente = clientes.get_item(Key={"email": email}).get("Item")
    final = cliente["telefone"][-2:] if cliente else None
    sqs.send_message(QueueUrl=FILA_EMAIL, MessageBody=json.dumps({"tipo": "sms", "email": email}))
    return resposta(202, {"enviado_para": final})


@rota
def redefinir(evento, contexto):
    dados = corpo(evento)
    cliente = clientes.get_item(Key={"email": dados.get("email", "").lower()}).get("Item")
    guardado = cliente.get("redefinicao") if cliente else None
    sinal = chaves.resumo(dados.get("codigo", ""))
    if not guardado or guardado["fim"] < time.time() or not secrets.compare_digest(guardado["digest"], sinal):
        raise Erro(400, "link inválido ou vencido")
    clientes.update_item(
        Key={"email": cliente["email"]},
        UpdateExpression="SET senha = :s REMOVE redefinicao",
        ExpressionAttributeValues={":s": chaves.gerar_senha(dados["senha"])},
    )
    acesso.fechar_todas(cliente["email"])
    return resposta(204)


@rota
def ligar_totem(evento, contexto):
    """The machine in the foyer, set up once by a technician with the code of the house."""
    dados = corpo(evento)
    if not secrets.compare_digest(chaves.resumo(dados.get("codigo", "")), chaves.resumo(parametro("totens"))):
        raise Erro(403, "código errado")
    valor = secrets.token_urlsafe(32)
    acesso.abrir_sessao_totem(dados["nome"], valor)
    return resposta(201, {"valor": valor})


def correio(evento, contexto):
    """Takes the mails from the queue."""
    from .comum.correio import enviar, enviar_sms

    for registro in evento["Records"]:
        pedido = json.loads(registro["body"])
        cliente = clientes.get_item(Key={"email": pedido["email"]}).get("Item")
        if cliente is None:
            continue
        codigo = chaves.codigo_redefinicao()
        clientes.update_item(
            Key={"email": cliente["email"]},
            UpdateExpression="SET redefinicao = :r",
            ExpressionAttributeValues={":r": {"digest": chaves.resumo(codigo), "fim": int(time.time()) + 1800}},
        )
        if pedido["tipo"] == "sms":
            enviar_sms(cliente["telefone"], codigo)
        else:
            enviar(cliente["email"], f"{SITE}/senha?email={cliente['email']}&codigo={codigo}")
        logger.info("%s enviado, %d caracteres", pedido["tipo"], len(codigo))
