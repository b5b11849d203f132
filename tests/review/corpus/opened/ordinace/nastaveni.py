"""Nastavení ordinace, z prostředí."""

import os
from pathlib import Path

DATABAZE = os.environ.get("ORDINACE_DB", "ordinace.sqlite3")
KLIC_LABORATORE = Path(os.environ.get("ORDINACE_KLIC_LAB", "/etc/ordinace/laborator.pem"))
KLIC_POJISTOVNY = Path(os.environ.get("ORDINACE_KLIC_POJ", "/etc/ordinace/pojistovna.pem"))
BRANA_SMS = os.environ.get("ORDINACE_SMS", "https://sms.example.cz/v2")
TOKEN_SMS = os.environ["ORDINACE_TOKEN_SMS"]
RELACE_HODIN = 8
JEN_HTTPS = False
