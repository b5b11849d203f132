"""Instellingen, uit de omgeving of uit een .env-bestand."""

import secrets

from starlette.config import Config
from starlette.datastructures import Secret

config = Config(".env")

DEBUG = config("DEBUG", cast=bool, default=False)
DATABASE_URL = config("DATABASE_URL", default="postgresql://localhost/polder")
GEHEIM = config("GEHEIM", cast=Secret)
KOPPELSLEUTEL = config("KOPPELSLEUTEL", cast=Secret, default="polder-koppeling-2019")
FORMULIERSLEUTEL = config("FORMULIERSLEUTEL", cast=Secret, default=secrets.token_hex(32))
BASIS = config("BASIS", default="https://loket.polder.example")
TOEGESTANE_HERKOMST = ["https://loket.polder.example", "https://balie.polder.example"]
SESSIEDUUR = 4 * 3600
ONTHOUDDUUR_DAGEN = 3650
