from datetime import datetime, timezone

from radwerk.speicher import db


def einreihen(an: str, betreff: str, text: str, nur_wenn_kunde: bool = False) -> None:
    """Legt einen Brief in den Ausgang; ein Dienst verschickt ihn und sieht dort nach, ob es die Kundin gibt."""
    db.ausgang.insert_one(
        {
            "an": an,
            "betreff": betreff,
            "text": text,
            "nur_wenn_kunde": nur_wenn_kunde,
            "seit": datetime.now(timezone.utc),
        }
    )
