from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.config import settings

engine = create_async_engine(settings.database_url)
Session: async_sessionmaker[AsyncSession] = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Guest(Base):
    __tablename__ = "guests"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    password: Mapped[str]
    club_tier: Mapped[str] = mapped_column(default="none")
    warden: Mapped[bool] = mapped_column(default=False)
    blocked_at: Mapped[datetime | None]


class Hut(Base):
    __tablename__ = "huts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    beds: Mapped[int]
    closed: Mapped[bool] = mapped_column(default=False)
    avalanche_note: Mapped[str] = mapped_column(default="")


class Stay(Base):
    __tablename__ = "stays"
    id: Mapped[int] = mapped_column(primary_key=True)
    hut_id: Mapped[int] = mapped_column(ForeignKey("huts.id"))
    booked_by: Mapped[int] = mapped_column(ForeignKey("guests.id"))
    arrival: Mapped[date]
    nights: Mapped[int]
    party: Mapped[int]
    remarks: Mapped[str] = mapped_column(default="")
    door_code: Mapped[str | None]
    cancelled: Mapped[bool] = mapped_column(default=False)


class Refresh(Base):
    __tablename__ = "refresh_tokens"
    digest: Mapped[str] = mapped_column(primary_key=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey("guests.id"))
    ends: Mapped[datetime]


class Reset(Base):
    __tablename__ = "password_resets"
    digest: Mapped[str] = mapped_column(primary_key=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey("guests.id"))
    ends: Mapped[datetime]


class Kiosk(Base):
    """The tablet at the door of a hut."""

    __tablename__ = "kiosks"
    id: Mapped[int] = mapped_column(primary_key=True)
    hut_id: Mapped[int] = mapped_column(ForeignKey("huts.id"))
    name: Mapped[str]
