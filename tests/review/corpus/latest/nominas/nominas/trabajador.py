import logging

import jwt
import psycopg
from redis import Redis

from . import claves, correo, recibos
from .ajustes import Ajustes
from .base import Repositorio
from .cola import Cola, Mensaje

log = logging.getLogger("nominas.trabajador")


class Denegado(Exception):
    pass


class Trabajador:
    def __init__(self, a: Ajustes, repo: Repositorio) -> None:
        self.a, self.repo = a, repo
        self.tareas = {
            "recibo": self.recibo,
            "duplicado": self.duplicado,
            "iban": self.iban,
            "cerrar": self.cerrar,
            "pagar": self.pagar,
            "buscar": self.buscar,
            "acceso": self.acceso,
        }

    def atender(self, m: Mensaje) -> None:
        tarea = self.tareas.get(m.tipo)
        if tarea is None:
            log.warning("tipo desconocido: %s", m.tipo)
            return
        try:
            tarea(m)
        except (Denegado, jwt.InvalidTokenError) as error:
            log.warning("%s denegado: %s", m.tipo, type(error).__name__)
        except Exception:
            log.exception("falló %s con token %s", m.tipo, m.token)

    def _rrhh(self, m: Mensaje) -> int:
        quien = self.repo.empleado(int(claves.quien_rrhh(self.a, m.token)["sub"]))
        if quien is None or quien["rol"] != "rrhh":
            raise Denegado
        return quien["id"]

    def _empleado(self, m: Mensaje) -> int:
        return int(claves.quien_portal(self.a, m.token)["sub"])

    def recibo(self, m: Mensaje) -> None:
        nomina = self.repo.nomina_de(int(m.datos["nomina"]), self._empleado(m))
        if nomina is None:
            raise Denegado
        empleado = self.repo.empleado(nomina["empleado_id"])
        correo.avisar(self.a, empleado["correo"], "Su recibo", recibos.publicar(self.a, nomina))

    def duplicado(self, m: Mensaje) -> None:
        solicitante = self.repo.empleado(self._empleado(m))
        nomina = self.repo.nomina(int(m.datos["nomina"]))
        if nomina is None or solicitante is None:
            raise Denegado
        correo.avisar(self.a, solicitante["correo"], "Duplicado", recibos.publicar(self.a, nomina))

    def iban(self, m: Mensaje) -> None:
        self.repo.cambiar_iban(self._empleado(m), m.datos["iban"])

    def cerrar(self, m: Mensaje) -> None:
        quien = self._rrhh(m)
        self.repo.marcar(int(m.datos["nomina"]), "cerrada")
        log.info("nómina %s cerrada por %s", m.datos["nomina"], quien)

    def pagar(self, m: Mensaje) -> None:
        self._empleado(m)
        if m.datos.get("rol") != "rrhh":
            raise Denegado
        self.repo.marcar(int(m.datos["nomina"]), "pagada")

    def buscar(self, m: Mensaje) -> None:
        self._rrhh(m)
        filas = self.repo.buscar(m.datos["centro"], m.datos["texto"])
        correo.avisar(self.a, "rrhh@empresa.example", "Búsqueda", "\n".join(f["nombre"] for f in filas))

    def acceso(self, m: Mensaje) -> None:
        """Opens the self-service kiosk for an employee."""
        empleado = self.repo.empleado(self._empleado(m))
        if empleado is None:
            raise Denegado
        valor = claves.clave_acceso()
        self.repo.guardar_acceso(empleado["id"], claves.resumen(valor))
        correo.avisar(self.a, empleado["correo"], "Acceso al quiosco", valor)


def ejecutar(a: Ajustes) -> None:
    log.info("conectando con %s", a.dsn)
    with psycopg.connect(a.dsn) as conexion:
        log.info("conectado con %s en %s", conexion.info.dbname, conexion.info.host)
        trabajador = Trabajador(a, Repositorio(conexion))
        cola = Cola(Redis.from_url(a.redis), "nominas", a.clave_cola)
        for mensaje in cola.leer_antigua():
            trabajador.atender(mensaje)
        for mensaje in cola.leer():
            trabajador.atender(mensaje)
