from datetime import date

from pydantic import BaseModel, ConfigDict, EmailStr, Field


class Entrada(BaseModel):
    email: EmailStr
    senha: str


class EntradaBalcao(BaseModel):
    pessoa_id: int
    pin: str = Field(min_length=6, max_length=12)


class NovaSenha(BaseModel):
    email: EmailStr
    codigo: str
    senha: str = Field(min_length=10)


class Tokens(BaseModel):
    acesso: str
    renovacao: str


class AnimalOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    nome: str
    especie: str
    nascimento: date | None


class ExameOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    tipo: str
    laudo: str
