from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, EmailStr, Field


class Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int


class Credentials(BaseModel):
    email: EmailStr
    password: str = Field(max_length=64)


class TabletSignIn(BaseModel):
    email: EmailStr
    pin: str = Field(pattern=r"^\d{6}$")


class Address(BaseModel):
    email: EmailStr


class Token(BaseModel):
    token: str


class DogOut(Shown):
    name: str
    breed: str
    diet: str


class DogIn(BaseModel):
    name: str
    breed: str = ""
    diet: str = ""


class StayOut(Shown):
    dog: DogOut
    arrives: date
    leaves: date
    handler_id: int | None


class Assignment(BaseModel):
    handler_id: int


class NoteIn(BaseModel):
    author_id: int
    text: str = Field(max_length=4000)


class PostOut(Shown):
    role: str
    title: str
    shirt: str


class PostIn(BaseModel):
    role: Literal["handler", "vet", "manager"] = "handler"
    title: str = ""
    shirt: str = "M"


class Profile(BaseModel):
    name: str | None = None
    language: Literal["en", "de", "pt"] | None = None


class BillOut(Shown):
    stay_id: int
    cents: int
    refunded: bool
