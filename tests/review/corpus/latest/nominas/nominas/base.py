import psycopg
from psycopg import sql
from psycopg.rows import dict_row

ESTADOS = ("borrador", "cerrada", "pagada")


class Repositorio:
    def __init__(self, conexion: psycopg.Connection) -> None:
        self._con = conexion
        self._con.row_factory = dict_row

    def empleado(self, empleado_id: int) -> dict | None:
        return self._con.execute(
            "SELECT id, nombre, correo, iban, rol FROM empleados WHERE id = %s", (empleado_id,)
        ).fetchone()

    def crear_empleado(self, nombre: str, correo: str, clave: str) -> int:
        fila = self._con.execute(
            "INSERT INTO empleados (nombre, correo, clave, rol) VALUES (%s, %s, %s, 'empleado') RETURNING id",
            (nombre, correo, clave),
        ).fetchone()
        return fila["id"]

    def nomina(self, nomina_id: int) -> dict | None:
        return self._con.execute("SELECT * FROM nominas WHERE id = %s", (nomina_id,)).fetchone()

    def nomina_de(self, nomina_id: int, empleado_id: int) -> dict | None:
        return self._con.execute(
            "SELECT * FROM nominas WHERE id = %s AND empleado_id = %s", (nomina_id, empleado_id)
        ).fetchone()

    def buscar(self, centro: str, texto: str) -> list[dict]:
        consulta = f"SELECT id, nombre FROM empleados WHERE centro = %(centro)s AND nombre ILIKE '%%{texto}%%'"
        return self._con.execute(consulta, {"centro": centro}).fetchall()

    def totales(self, mes: str, columna: str) -> list[dict]:
        consulta = sql.SQL("SELECT {c} AS grupo, sum(bruto) AS bruto FROM nominas WHERE mes = %s GROUP BY {c}")
        return self._con.execute(consulta.format(c=sql.Identifier(columna)), (mes,)).fetchall()

    def marcar(self, nomina_id: int, estado: str) -> None:
        if estado not in ESTADOS:
            raise ValueError(estado)
        self._con.execute("UPDATE nominas SET estado = %s WHERE id = %s", (estado, nomina_id))
        self._con.commit()

    def cambiar_iban(self, empleado_id: int, iban: str) -> None:
        self._con.execute("UPDATE empleados SET iban = %s WHERE id = %s", (iban, empleado_id))
        self._con.commit()

    def guardar_acceso(self, empleado_id: int, resumen: str) -> None:
        self._con.execute(
            "INSERT INTO accesos (resumen, empleado_id, caduca) VALUES (%s, %s, 'infinity')", (resumen, empleado_id)
        )
        self._con.commit()

    def guardar_gestor(self, empleado_id: int, resumen: str) -> None:
        self._con.execute(
            "INSERT INTO accesos (resumen, empleado_id, caduca) VALUES (%s, %s, now() + interval '1 day')",
            (resumen, empleado_id),
        )
        self._con.commit()
