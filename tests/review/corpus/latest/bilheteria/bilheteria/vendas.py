import json
import time
import uuid

import dill
import yaml
from boto3.dynamodb.conditions import Key

from .comum import chaves
from .comum.acesso import bilheteiro_atual, cliente_atual, produtor_atual, totem_atual
from .comum.ambiente import BUCKET, SITE, dados as rds, logger, parametro, pedidos, s3, segredo
from .comum.correio import avisar_catraca, enviar
from .comum.http import Erro, corpo, resposta, rota, rota_parceira

CLUSTER = {"database": "bilheteria"}


def _sql(sql: str, **valores: str) -> list[dict]:
    arn = segredo("aurora")
    parametros = [{"name": nome, "value": {"stringValue": valor}} for nome, valor in valores.items()]
    saida = rds.execute_statement(
        resourceArn=arn["cluster"],
        secretArn=arn["segredo"],
        sql=sql,
        parameters=parametros,
        formatRecordsAs="JSON",
        **CLUSTER,
    )
    return json.loads(saida.get("formattedRecords", "[]"))


@rota
def espetaculos(evento, contexto):
    """What is on; everybody may see it."""
    filtros = evento.get("queryStringParameters") or {}
    sql = "SELECT id, titulo, casa, data FROM espetaculos WHERE data > now()"
    if "titulo" in filtros:
        return resposta(200, _sql(sql + " AND titulo ILIKE :titulo ORDER BY data", titulo=f"%{filtros['titulo']}%"))
    if "cidade" in filtros:
        return resposta(200, _sql(sql + " AND cidade = '{cidade}' ORDER BY data".format(**filtros)))
    return resposta(200, _sql(sql + " ORDER BY data"))


@rota
def mapa(evento, contexto):
    casa = evento["pathParameters"]["casa"]
    with open("mapas.yaml", encoding="utf-8") as arquivo:
        fixos = yaml.load(arquivo, Loader=yaml.SafeLoader)
    if casa in fixos:
        return resposta(200, fixos[casa])
    objeto = s3.get_object(Bucket=BUCKET, Key=f"enviados/{casa}.mapa")
    return resposta(200, dill.loads(objeto["Body"].read()))


@rota
@cliente_atual
def comprar(evento, contexto):
    dados = corpo(evento)
    email = evento["cliente"]["email"]
    chave = chaves.chave_idempotencia(email, dados["cadeiras"])
    item = {
        "id": str(uuid.uuid4()),
        "cliente": email,
        "espetaculo": str(dados["espetaculo"]),
        "cadeiras": dados["cadeiras"],
        "estado": "aberto",
        "chave": chave,
        "criado": int(time.time()),
    }
    pedidos.put_item(Item=item)
    return resposta(201, {"id": item["id"]})


@rota
@cliente_atual
def meus_pedidos(evento, contexto):
    achados = pedidos.query(
        IndexName="por-cliente", KeyConditionExpression=Key("cliente").eq(evento["cliente"]["email"])
    )
    return resposta(200, [{"id": p["id"], "estado": p["estado"]} for p in achados["Items"]])


@rota
@cliente_atual
def pedido(evento, contexto):
    item = pedidos.get_item(Key={"id": evento["pathParameters"]["id"]}).get("Item")
    if item is None or item["cliente"] != evento["cliente"]["email"]:
        raise Erro(404, "não encontrado")
    return resposta(200, item)


@rota
@cliente_atual
def ingressos(evento, contexto):
    item = pedidos.get_item(Key={"id": evento["pathParameters"]["id"]}).get("Item")
    if item is None or item["estado"] != "pago":
        raise Erro(404, "não encontrado")
    return resposta(200, [chaves.selar_ingresso(item["id"], cadeira) for cadeira in item["cadeiras"]])


@rota
@cliente_atual
def presentear(evento, contexto):
    """Sends the way to an order to a friend."""
    item = pedidos.get_item(Key={"id": evento["pathParameters"]["id"]}).get("Item")
    if item is None or item["cliente"] != evento["cliente"]["email"]:
        raise Erro(404, "não encontrado")
    codigo = chaves.codigo_redefinicao()
    pedidos.update_item(
        Key={"id": item["id"]},
        UpdateExpression="SET presente = :p",
        ExpressionAttributeValues={":p": {"digest": chaves.resumo(codigo), "fim": int(time.time()) + 7 * 86400}},
    )
    casa = evento["headers"].get("x-forwarded-host", "ingressos.example")
    enviar(corpo(evento)["para"], f"https://{casa}/presente/{item['id']}?codigo={codigo}")
    return resposta(202)


@rota
@cliente_atual
def recibo(evento, contexto):
    achados = pedidos.query(
        IndexName="por-cliente", KeyConditionExpression=Key("cliente").eq(evento["cliente"]["email"]), Limit=1
    )
    for item in achados["Items"]:
        enviar(evento["cliente"]["email"], f"{SITE}/pedidos/{item['id']}")
    return resposta(202)


def pagamento(evento, contexto):
    bruto = (evento.get("body") or "").encode()
    chave = parametro("pagamentos").encode()
    if not chaves.assinatura_valida(chave, bruto, evento["headers"].get("x-assinatura", "")):
        return resposta(403)
    aviso = json.loads(bruto)
    pedidos.update_item(
        Key={"id": aviso["pedido"]},
        UpdateExpression="SET estado = :e",
        ExpressionAttributeValues={":e": "pago"},
    )
    return resposta(204)


@rota
@produtor_atual
def publico(evento, contexto):
    linhas = _sql(
        "SELECT e.id, e.titulo, count(i.id) AS vendidos FROM espetaculos e LEFT JOIN ingressos i"
        " ON i.espetaculo_id = e.id WHERE e.produtor = :produtor GROUP BY e.id",
        produtor=evento["produtor"],
    )
    return resposta(200, linhas)


@rota
@produtor_atual
def cancelar_espetaculo(evento, contexto):
    espetaculo = evento["pathParameters"]["id"]
    produtor = corpo(evento).get("produtor", evento["produtor"])
    _sql(
        "UPDATE espetaculos SET cancelado = true WHERE id = CAST(:id AS int) AND produtor = :produtor",
        id=espetaculo,
        produtor=produtor,
    )
    logger.info("espetáculo %s cancelado", espetaculo)
    return resposta(204)


@rota
@produtor_atual
def senha_da_porta(evento, contexto):
    """The people at the door of one evening share a password."""
    _sql(
        "UPDATE espetaculos SET senha_porta = :senha WHERE id = CAST(:id AS int) AND produtor = :produtor",
        senha=corpo(evento)["senha"],
        id=evento["pathParameters"]["id"],
        produtor=evento["produtor"],
    )
    return resposta(204)


@rota
def lista_da_porta(evento, contexto):
    dados = corpo(evento)
    achados = _sql(
        "SELECT id FROM espetaculos WHERE id = CAST(:id AS int) AND senha_porta = :senha",
        id=evento["pathParameters"]["id"],
        senha=dados["senha"],
    )
    if not achados:
        raise Erro(403, "senha errada")
    return resposta(200, _sql("SELECT cadeira FROM ingressos WHERE espetaculo_id = CAST(:id AS int)", id=str(achados[0]["id"])))


@rota
@bilheteiro_atual
def vender_no_balcao(evento, contexto):
    dados = corpo(evento)
    item = {
        "id": str(uuid.uuid4()),
        "cliente": f"balcao:{evento['bilheteiro']}",
        "espetaculo": str(dados["espetaculo"]),
        "cadeiras": dados["cadeiras"],
        "estado": "pago",
        "criado": int(time.time()),
    }
    pedidos.put_item(Item=item)
    return resposta(201, {"id": item["id"]})


@rota
@totem_atual
def imprimir(evento, contexto):
    """The machine prints what the customer's QR code says."""
    lido = chaves.COFRE.decrypt(corpo(evento)["qr"].encode(), ttl=86_400).decode()
    numero, cadeira = lido.split(":")
    avisar_catraca(evento["totem"].removeprefix("totem:"), numero)
    return resposta(200, {"pedido": numero, "cadeira": cadeira})


@rota_parceira
def agenda(evento, contexto):
    casa = evento["pathParameters"]["casa"]
    return resposta(200, _sql("SELECT titulo, data FROM espetaculos WHERE casa = :casa", casa=casa))
