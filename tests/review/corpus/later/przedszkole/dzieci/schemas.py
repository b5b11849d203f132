from __future__ import annotations

from datetime import datetime

from ninja import ModelSchema, Schema

from .models import Dziecko, Osoba


class Logowanie(Schema):
    email: str
    haslo: str


class NoweHaslo(Schema):
    stare: str = ""
    nowe: str
    token: str = ""


class Odnowienie(Schema):
    token: str


class ProfilZmiana(ModelSchema):
    """Co rodzic zmienia o sobie."""

    class Meta:
        model = Osoba
        fields = ["first_name", "last_name", "telefon", "rola"]
        fields_optional = "__all__"


class KontaktZmiana(ModelSchema):
    class Meta:
        model = Osoba
        fields = ["first_name", "last_name", "telefon"]
        fields_optional = "__all__"


class DzieckoOut(ModelSchema):
    class Meta:
        model = Dziecko
        fields = ["id", "imie", "alergie"]


class OdbiorIn(Schema):
    kto: str


class OdbiorOut(Schema):
    kod: str
    wazny_do: datetime


class WiadomoscIn(Schema):
    odbiorca: int
    tresc: str
    nadawca: int | None = None
