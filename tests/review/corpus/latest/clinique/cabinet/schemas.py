from datetime import date, datetime
from decimal import Decimal

from ninja import Schema


class Connexion(Schema):
    email: str
    mot_de_passe: str


class Jetons(Schema):
    acces: str
    rafraichissement: str


class NouveauMotDePasse(Schema):
    ancien: str
    nouveau: str
    confirmation: str


class AnimalIn(Schema):
    nom: str
    espece: str
    puce: str = ""
    naissance: date | None = None


class AnimalOut(Schema):
    id: int
    nom: str
    espece: str
    puce: str


class OrdonnanceIn(Schema):
    animal_id: int
    texte: str


class OrdonnanceOut(Schema):
    id: int
    texte: str
    creee: datetime


class VaccinOut(Schema):
    id: int
    produit: str
    rappel: date


class FactureOut(Schema):
    id: int
    montant: Decimal
    reglee: bool


class Message(Schema):
    detail: str
