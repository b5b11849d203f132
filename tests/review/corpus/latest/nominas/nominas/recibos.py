import logging
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
import pickle

import boto3

from .ajustes import Ajustes

log = logging.getLogger("nominas.recibos")


def _componer(salida: Connection, nomina: dict) -> None:
    lineas = [f"{clave:<20}{valor}" for clave, valor in sorted(nomina.items())]
    salida.send_bytes(pickle.dumps({"texto": "\n".join(lineas), "paginas": 1 + len(lineas) // 60}))
    salida.close()


def componer(nomina: dict) -> dict:
    """In a process of its own, because the typesetter leaks."""
    aqui, alli = Pipe(duplex=False)
    hijo = Process(target=_componer, args=(alli, nomina))
    hijo.start()
    recibo = pickle.loads(aqui.recv_bytes())
    hijo.join(timeout=30)
    return recibo


def publicar(a: Ajustes, nomina: dict) -> str:
    s3 = boto3.client("s3")
    clave = f"{nomina['mes']}/{nomina['id']}.txt"
    s3.put_object(Bucket=a.bucket, Key=clave, Body=componer(nomina)["texto"].encode())
    log.info("recibo %s en %s", nomina["id"], clave)
    return s3.generate_presigned_url("get_object", Params={"Bucket": a.bucket, "Key": clave}, ExpiresIn=900)
