import os

import psycopg2
import psycopg2.extras
from psycopg2 import sql

COLUMNAS = frozenset({"puerto", "hora", "altura"})


class Base:
    def __init__(self, conexion):
        self.conexion = conexion

    @classmethod
    def conectar(cls):
        return cls(psycopg2.connect(os.environ["FARO_DB"], cursor_factory=psycopg2.extras.DictCursor))

    def una(self, consulta, *valores):
        filas = self.todas(consulta, *valores)
        return filas[0] if filas else None

    def todas(self, consulta, *valores):
        with self.conexion.cursor() as cursor:
            cursor.execute(consulta, valores)
            return cursor.fetchall()

    def ejecutar(self, consulta, *valores):
        with self.conexion, self.conexion.cursor() as cursor:
            cursor.execute(consulta, valores)

    def usuario(self, nombre):
        return self.una("SELECT * FROM usuarios WHERE nombre = %s", nombre)

    def usuario_por_correo(self, correo):
        return self.una("SELECT * FROM usuarios WHERE correo = '%s'" % correo)

    def ordenadas(self, tabla, columna, limite):
        if columna not in COLUMNAS:
            columna = "hora"
        consulta = sql.SQL("SELECT * FROM {} ORDER BY {} LIMIT %s").format(
            sql.Identifier(tabla), sql.Identifier(columna)
        )
        with self.conexion.cursor() as cursor:
            cursor.execute(consulta, (limite,))
            return cursor.fetchall()

    def por_puertos(self, puertos):
        marcas = ", ".join(["%s"] * len(puertos))
        return self.todas("SELECT * FROM mareas WHERE puerto IN (" + marcas + ")", *puertos)

    def por_estaciones(self, estaciones):
        lista = ",".join("'" + e + "'" for e in estaciones)
        return self.todas("SELECT * FROM mareas WHERE estacion IN (" + lista + ")")
