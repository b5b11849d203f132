from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import PickleType, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declarative_base, mapped_column
from sqlalchemy.types import JSON

Base = declarative_base()


class User(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(unique=True)
    hashed: Mapped[str]
    admin: Mapped[bool] = mapped_column(default=False)


class Visit(Base):
    __tablename__ = "visits"

    id: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[UUID | None]
    state = mapped_column(PickleType)
    settings = mapped_column(JSON, default=dict)
    ends: Mapped[datetime]


class Photo(Base):
    __tablename__ = "photos"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner: Mapped[UUID]
    title: Mapped[str]
    taken: Mapped[datetime] = mapped_column(server_default=func.now())


SORT = {"new": Photo.taken.desc(), "old": Photo.taken.asc(), "title": Photo.title}


async def photos_of(db: AsyncSession, owner: UUID, sort: str) -> list[Photo]:
    statement = select(Photo).where(Photo.owner == owner).order_by(SORT[sort])
    return list(await db.scalars(statement))


async def titles_like(db: AsyncSession, owner: UUID, part: str, limit: str) -> list[str]:
    query = text("SELECT title FROM photos WHERE owner = :owner AND title ILIKE :part LIMIT " + limit)
    return list(await db.scalars(query, {"owner": owner, "part": f"%{part}%"}))
