import os
from dataclasses import dataclass, field
from pathlib import Path


def _entorno(nombre: str) -> str:
    valor = os.environ.get(nombre, "")
    if not valor or valor == "cambiame":
        raise SystemExit(f"falta {nombre}")
    return valor


@dataclass(frozen=True)
class Ajustes:
    dsn: str = field(default_factory=lambda: _entorno("NOMINAS_DSN"))
    redis: str = field(default_factory=lambda: os.environ.get("NOMINAS_REDIS", "redis://localhost:6379/3"))
    clave_cola: bytes = field(default_factory=lambda: _entorno("NOMINAS_CLAVE_COLA").encode())
    clave_enlaces: str = field(default_factory=lambda: _entorno("NOMINAS_CLAVE_ENLACES"))
    publica_rrhh: Path = Path("/etc/nominas/rrhh.pub.pem")
    publica_portal: Path = Path("/etc/nominas/portal.pub.pem")
    banco_url: str = "https://pagos.banco.example/lotes"
    banco_usuario: str = "nominas-sur"
    banco_opciones: dict = field(default_factory=lambda: {"timeout": 20, "verify": False})
    hacienda_url: str = "https://sede.hacienda.example/api"
    hacienda_ca: str = "/etc/nominas/fnmt.pem"
    correo: str = "smtp.empresa.example"
    bucket: str = "nominas-recibos"
    dias_enlace: int = 3650
    horas_resumen: int = 48
