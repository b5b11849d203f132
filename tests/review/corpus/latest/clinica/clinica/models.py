from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Pessoa(Base):
    __tablename__ = "pessoas"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    nome: Mapped[str] = mapped_column(String(120))
    senha: Mapped[str] = mapped_column(String(200))
    pin_balcao: Mapped[str | None] = mapped_column(String(64))
    perfil: Mapped[str] = mapped_column(String(20), default="tutor")
    animais: Mapped[list["Animal"]] = relationship(back_populates="tutor")


class Animal(Base):
    __tablename__ = "animais"

    id: Mapped[int] = mapped_column(primary_key=True)
    nome: Mapped[str] = mapped_column(String(80))
    especie: Mapped[str] = mapped_column(String(40))
    nascimento: Mapped[date | None]
    tutor_id: Mapped[int] = mapped_column(ForeignKey("pessoas.id"))
    tutor: Mapped[Pessoa] = relationship(back_populates="animais")


class Exame(Base):
    __tablename__ = "exames"

    id: Mapped[int] = mapped_column(primary_key=True)
    animal_id: Mapped[int] = mapped_column(ForeignKey("animais.id"))
    tipo: Mapped[str] = mapped_column(String(60))
    laudo: Mapped[str] = mapped_column(Text, default="")
    arquivo: Mapped[bytes | None]
    criado_em: Mapped[datetime] = mapped_column(server_default=func.now())


class Renovacao(Base):
    """A refresh token or a browser session; only the digest is kept."""

    __tablename__ = "renovacoes"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    pessoa_id: Mapped[int] = mapped_column(ForeignKey("pessoas.id"))
    tipo: Mapped[str] = mapped_column(String(10))
    expira_em: Mapped[datetime]


class Confirmacao(Base):
    __tablename__ = "confirmacoes"

    id: Mapped[int] = mapped_column(primary_key=True)
    pessoa_id: Mapped[int] = mapped_column(ForeignKey("pessoas.id"), unique=True)
    motivo: Mapped[str] = mapped_column(String(20))
    codigo: Mapped[str] = mapped_column(String(64))
    expira_em: Mapped[datetime]
