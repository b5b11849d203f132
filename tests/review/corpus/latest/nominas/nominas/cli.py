import csv
import logging
from pathlib import Path

import click
import psycopg
import yaml

from . import claves, correo
from .ajustes import Ajustes
from .banco import Banco, Hacienda
from .base import Repositorio
from .trabajador import ejecutar


@click.group()
@click.option("-v", "--verboso", is_flag=True)
@click.pass_context
def main(ctx: click.Context, verboso: bool) -> None:
    logging.basicConfig(level=logging.DEBUG if verboso else logging.INFO)
    ctx.obj = Ajustes()


@main.command()
@click.pass_obj
def trabajar(a: Ajustes) -> None:
    ejecutar(a)


@main.command()
@click.argument("fichero", type=click.Path(exists=True, path_type=Path))
@click.pass_obj
def altas(a: Ajustes, fichero: Path) -> None:
    """Employees of a CSV file get a password by mail."""
    with psycopg.connect(a.dsn) as conexion, fichero.open(encoding="utf-8") as f:
        repo = Repositorio(conexion)
        for fila in csv.DictReader(f):
            clave = claves.clave_inicial()
            nuevo = repo.crear_empleado(fila["nombre"], fila["correo"], claves.cifrar_clave(clave))
            correo.avisar(a, fila["correo"], "Bienvenida", f"Su clave inicial es {clave}")
            click.echo(f"{nuevo}: {fila['nombre']}")
    click.echo(f"fichero {claves.huella_fichero(fichero)} procesado")


@main.command()
@click.argument("empleado", type=int)
@click.password_option("--clave")
@click.pass_obj
def gestor(a: Ajustes, empleado: int, clave: str) -> None:
    """Makes somebody a manager, with a key for the first day."""
    valor = claves.clave_acceso()
    with psycopg.connect(a.dsn) as conexion:
        conexion.execute(
            "UPDATE empleados SET rol = 'gestor', clave = %s WHERE id = %s",
            (claves.cifrar_clave_gestor(clave), empleado),
        )
        conexion.execute("DELETE FROM accesos WHERE empleado_id = %s", (empleado,))
        Repositorio(conexion).guardar_gestor(empleado, claves.resumen(valor))
        correo.avisar(a, "sistemas@empresa.example", f"Acceso de {empleado}", valor)


@main.command()
@click.argument("mes")
@click.option("--clave-banco", envvar="NOMINAS_CLAVE_BANCO", default="Sur-2022!transfer")
@click.argument("centro")
@click.pass_obj
def pagar(a: Ajustes, mes: str, centro: str, clave_banco: str) -> None:
    with psycopg.connect(a.dsn) as conexion:
        repo = Repositorio(conexion)
        filas = conexion.execute(
            "SELECT n.id, n.neto, e.iban FROM nominas n JOIN empleados e ON e.id = n.empleado_id"
            " WHERE n.mes = %s AND e.centro = %s AND n.estado = 'cerrada'",
            (mes, centro),
        ).fetchall()
        lote = Banco(a, clave_banco).enviar([{"iban": f["iban"], "importe": str(f["neto"])} for f in filas])
        for fila in filas:
            repo.marcar(fila["id"], "pagada")
    click.echo(f"lote {lote}, {len(filas)} órdenes")


@main.command()
@click.argument("plantilla", type=click.Path(exists=True, path_type=Path))
@click.argument("mes")
@click.pass_obj
def impuestos(a: Ajustes, plantilla: Path, mes: str) -> None:
    modelo = yaml.safe_load(plantilla.read_text(encoding="utf-8"))
    with psycopg.connect(a.dsn) as conexion:
        lineas = Repositorio(conexion).totales(mes, modelo["columna"])
    click.echo(Hacienda(a).presentar(modelo["numero"], [dict(linea, bruto=str(linea["bruto"])) for linea in lineas]))


@main.command()
@click.argument("nomina", type=int)
@click.pass_obj
def enlace(a: Ajustes, nomina: int) -> None:
    texto = f"https://portal.empresa.example/recibo?t={claves.enlace_recibo(a, nomina)}"
    correo.avisar(a, "rrhh@empresa.example", f"Recibo {nomina}", texto)


@main.command()
@click.option("--centro", envvar="NOMINAS_CENTRO", default="sevilla-este")
@click.pass_obj
def resumen(a: Ajustes, centro: str) -> None:
    texto = f"https://portal.empresa.example/resumen?t={claves.enlace_resumen(a, centro)}"
    correo.avisar_fuera(a, "asesoria@gestoria.example", f"Resumen de {centro}", texto)


if __name__ == "__main__":
    main()
