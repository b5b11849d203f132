import os
from collections.abc import Iterator
from datetime import UTC, date, datetime

from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

engine = create_engine(os.environ["KENNEL_DATABASE"], pool_pre_ping=True)
Local = sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    id: Mapped[int] = mapped_column(primary_key=True)


class Kennel(Base):
    __tablename__ = "kennels"
    name: Mapped[str]
    plan: Mapped[str] = mapped_column(default="small")


class Person(Base):
    __tablename__ = "people"
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    password: Mapped[str]
    pin: Mapped[str | None]
    posts: Mapped[list["Post"]] = relationship(back_populates="person")


class Post(Base):
    """Somebody's place in a kennel: handler, vet or manager."""

    __tablename__ = "posts"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kennel_id: Mapped[int] = mapped_column(ForeignKey("kennels.id"))
    role: Mapped[str] = mapped_column(default="handler")
    title: Mapped[str] = mapped_column(default="")
    shirt: Mapped[str] = mapped_column(default="M")
    person: Mapped[Person] = relationship(back_populates="posts")


class Ticket(Base):
    __tablename__ = "tickets"
    digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    until: Mapped[datetime]
    person: Mapped[Person] = relationship()


class Dog(Base):
    __tablename__ = "dogs"
    kennel_id: Mapped[int] = mapped_column(ForeignKey("kennels.id"))
    name: Mapped[str]
    breed: Mapped[str] = mapped_column(default="")
    diet: Mapped[str] = mapped_column(default="")


class Stay(Base):
    __tablename__ = "stays"
    kennel_id: Mapped[int] = mapped_column(ForeignKey("kennels.id"))
    dog_id: Mapped[int] = mapped_column(ForeignKey("dogs.id"))
    arrives: Mapped[date]
    leaves: Mapped[date]
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    dog: Mapped[Dog] = relationship()


class VisitNote(Base):
    __tablename__ = "visit_notes"
    stay_id: Mapped[int] = mapped_column(ForeignKey("stays.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str]
    written: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


class Bill(Base):
    __tablename__ = "bills"
    kennel_id: Mapped[int] = mapped_column(ForeignKey("kennels.id"))
    stay_id: Mapped[int] = mapped_column(ForeignKey("stays.id"))
    cents: Mapped[int]
    refunded: Mapped[bool] = mapped_column(default=False)


def database() -> Iterator[Session]:
    with Local() as session:
        yield session
