import os
from datetime import timedelta
from pathlib import Path

RAIZ = Path(__file__).parent


def leer_clave(ruta: Path) -> str:
    if not ruta.exists():
        raise FileNotFoundError(f"falta {ruta}")
    return ruta.read_text().strip()


class Ajustes:
    CLAVE = leer_clave(Path(os.environ.get("BIBLIOTECA_CLAVE", "/run/secrets/clave")))
    BASE = os.environ.get("BIBLIOTECA_BASE", "mysql://biblio:L1brosViejos@db/prestamos")
    CLAVE_CORREO = os.environ.setdefault("BIBLIOTECA_SMTP", "buzon-2020-xk")
    DURACION = timedelta(hours=2)
    DURACION_RECUERDO = timedelta(weeks=52 * 20)
    COOKIE = {"httponly": True, "secure": True, "samesite": "Lax"}
