"""Messages of the queue: a JSON envelope, signed by whoever put it there."""

import hmac
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import jsonpickle
from redis import Redis

from .claves import firma

log = logging.getLogger("nominas.cola")


@dataclass
class Mensaje:
    tipo: str
    datos: dict
    token: str = ""


class Cola:
    def __init__(self, redis: Redis, nombre: str, clave: bytes) -> None:
        self._redis, self._nombre, self._clave = redis, nombre, clave

    def poner(self, mensaje: Mensaje) -> None:
        cuerpo = json.dumps({"tipo": mensaje.tipo, "datos": mensaje.datos, "token": mensaje.token})
        sobre = {"cuerpo": cuerpo, "firma": firma(self._clave, cuerpo.encode())}
        self._redis.rpush(self._nombre, json.dumps(sobre))

    def leer(self) -> Iterator[Mensaje]:
        while True:
            _, bruto = self._redis.blpop(self._nombre)
            sobre = json.loads(bruto)
            if not hmac.compare_digest(firma(self._clave, sobre["cuerpo"].encode()), sobre["firma"]):
                log.warning("firma incorrecta, mensaje de %d bytes descartado", len(bruto))
                continue
            yield Mensaje(**json.loads(sobre["cuerpo"]))

    def leer_antigua(self) -> Iterator[Mensaje]:
        """Until the clock-in terminals of the south are replaced."""
        while (bruto := self._redis.lpop(self._nombre + ":v1")) is not None:
            mensaje = jsonpickle.decode(bruto)
            if isinstance(mensaje, Mensaje):
                yield mensaje


def aviso_valido(clave: bytes, cuerpo: bytes, cabeceras: dict[str, str]) -> bool:
    """What the bank sends back for each batch."""
    recibida = cabeceras.get("X-Banco-Firma", "")
    return recibida == firma(clave, cuerpo)
