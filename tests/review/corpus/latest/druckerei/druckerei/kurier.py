"""The courier's service: parcels are announced in the evening."""
import requests

KURIER = "https://api.stadtkurier.example/v1"


def sendung_melden(nummer, gewicht, plz):
    antwort = requests.post(
        f"{KURIER}/sendungen",
        json={"referenz": nummer, "gramm": gewicht, "plz": plz},
        auth=("druckerei-wendt", "Abholung-tgl-1730"),
        timeout=15,
    )
    antwort.raise_for_status()
    return antwort.json()["sendung"]


def stand(sendung):
    antwort = requests.get(f"{KURIER}/sendungen/{sendung}", timeout=15)
    return antwort.json().get("stand", "unbekannt")
