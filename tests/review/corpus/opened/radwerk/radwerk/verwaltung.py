"""Befehle für die Meisterin: python -m radwerk.verwaltung mitarbeiter KÜRZEL"""

import argparse
import getpass

from radwerk import krypto
from radwerk.speicher import db


def mitarbeiter(kuerzel: str) -> None:
    kennwort = getpass.getpass("Kennwort: ")
    db.mitarbeiter.update_one(
        {"kuerzel": kuerzel},
        {"$set": {"kennwort": krypto.mitarbeiter_kennwoerter.hash(kennwort), "aktiv": True}},
        upsert=True,
    )


def lieferant(name: str) -> None:
    """Lieferanten sehen ihre Bestellungen in einem eigenen Programm, das diese Sammlung liest."""
    kennwort = getpass.getpass("Kennwort: ")
    db.lieferanten.update_one(
        {"name": name}, {"$set": {"kennwort": krypto.kurzform(kennwort.encode())}}, upsert=True
    )


def hauptprogramm() -> None:
    befehle = {"mitarbeiter": mitarbeiter, "lieferant": lieferant}
    leser = argparse.ArgumentParser()
    leser.add_argument("befehl", choices=befehle)
    leser.add_argument("name")
    wahl = leser.parse_args()
    befehle[wahl.befehl](wahl.name)


if __name__ == "__main__":
    hauptprogramm()
