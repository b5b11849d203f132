from datetime import datetime
from enum import Enum
from uuid import UUID

from pydantic import BaseModel, Field


class Sortierung(str, Enum):
    kennzeichen = "kennzeichen"
    kilometer = "kilometer_stand"
    zulassung = "zugelassen_am"


class Anmeldung(BaseModel):
    email: str
    kennwort: str = Field(min_length=8)


class CodeAnfrage(BaseModel):
    email: str


class Code(BaseModel):
    code: str


class FahrtNeu(BaseModel):
    fahrzeug_id: int
    beginn: datetime
    ende: datetime
    kilometer: float = Field(gt=0, lt=3000)
    zweck: str = Field(max_length=200)


class FahrtAenderung(BaseModel):
    zweck: str = Field(max_length=200)
    privat: bool = False


class Fahrt(FahrtNeu):
    id: UUID
    fahrer_id: int
    privat: bool = False


class FahrzeugNeu(BaseModel):
    kennzeichen: str
    modell: str


class Position(BaseModel):
    breite: float
    laenge: float
    zeit: datetime
