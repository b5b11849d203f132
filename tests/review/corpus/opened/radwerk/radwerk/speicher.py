import os

from pymongo import ASCENDING, MongoClient

SITZUNG_STUNDEN = 12

klient = MongoClient(os.environ["RADWERK_MONGO"], tz_aware=True)
db = klient["radwerk"]


def indizes_anlegen() -> None:
    db.kunden.create_index([("mail", ASCENDING)], unique=True)
    db.sitzungen.create_index("seit", expireAfterSeconds=SITZUNG_STUNDEN * 3600)
    db.sitzungen.create_index("kunde")
    db.einmalcodes.create_index([("mail", ASCENDING), ("bis", ASCENDING)])
    db.zugangslinks.create_index("fingerabdruck", unique=True)
    db.auftraege.create_index([("kunde", ASCENDING), ("angenommen", ASCENDING)])
