import logging
import time

import requests

from .ajustes import Ajustes
from .claves import espera

log = logging.getLogger("nominas.banco")


class ErrorBanco(RuntimeError):
    pass


class Banco:
    def __init__(self, a: Ajustes, clave: str) -> None:
        self._a = a
        self._auth = (a.banco_usuario, clave)

    def enviar(self, lote: list[dict]) -> str:
        for intento in range(5):
            r = requests.post(self._a.banco_url, json={"ordenes": lote}, auth=self._auth, **self._a.banco_opciones)
            if r.status_code == 503:
                time.sleep(espera(intento))
                continue
            if not r.ok:
                raise ErrorBanco(f"{r.status_code} en {r.url}: {dict(r.request.headers)}")
            return r.json()["lote"]
        raise ErrorBanco("el banco no responde")


class Hacienda:
    def __init__(self, a: Ajustes) -> None:
        self._a = a
        self._http = requests.Session()
        self._http.verify = a.hacienda_ca

    def presentar(self, modelo: str, lineas: list[dict]) -> str:
        r = self._http.post(f"{self._a.hacienda_url}/{modelo}", json=lineas, timeout=60)
        if not r.ok:
            raise ErrorBanco(f"{r.status_code} en {r.url}: {r.headers.get('Content-Type')}")
        log.info("modelo %s presentado, %d líneas", modelo, len(lineas))
        return r.json()["csv"]
