from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password: Mapped[str] = mapped_column(String(256))
    role: Mapped[str] = mapped_column(String(16), default="researcher")
    confirmed: Mapped[bool] = mapped_column(default=False)
    keys: Mapped[list[ApiKey]] = relationship(back_populates="user", cascade="all, delete-orphan")


class Session(Base):
    """Guests have one too, for the basket; only the digest of the cookie is kept."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    basket: Mapped[str] = mapped_column(default="")
    expires: Mapped[datetime]


class ApiKey(Base):
    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(60))
    expires: Mapped[datetime | None]
    user: Mapped[User] = relationship(back_populates="keys")


class ResetCode(Base):
    __tablename__ = "reset_codes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    expires: Mapped[datetime]


class Accession(Base):
    __tablename__ = "accessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(36), default=lambda: str(uuid.uuid4()), unique=True)
    taxon: Mapped[str] = mapped_column(String(120), index=True)
    collected: Mapped[str] = mapped_column(String(120))
    barcode: Mapped[str] = mapped_column(String(14))
    grams: Mapped[float]


class Request_(Base):
    __tablename__ = "requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    accession_id: Mapped[int] = mapped_column(ForeignKey("accessions.id"))
    grams: Mapped[float]
    state: Mapped[str] = mapped_column(String(16), default="open")


class Bench(Base):
    """A tablet on a bench in the laboratory."""

    __tablename__ = "benches"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    code_digest: Mapped[str] = mapped_column(String(64))
    session_digest: Mapped[str | None] = mapped_column(String(64))
    session_ends: Mapped[datetime | None]
