"""Cellars, bottles and those who drink them."""

import datetime as dt
import hashlib
import os
import secrets
import time

from peewee import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
    TextField,
)

db = SqliteDatabase(os.environ.get("CELLARBOOK_DB", "cellarbook.db"), pragmas={"foreign_keys": 1})
VISIT = dt.timedelta(days=2)


def fold(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class Table(Model):
    class Meta:
        database = db


class Member(Table):
    email = CharField(unique=True)
    name = CharField()
    password = CharField()
    joined = DateTimeField(default=dt.datetime.now)


class Cellar(Table):
    keeper = ForeignKeyField(Member, backref="cellars")
    title = CharField()
    degrees = IntegerField(default=12)
    changed = DateTimeField(default=dt.datetime.now)


class Bottle(Table):
    cellar = ForeignKeyField(Cellar, backref="bottles")
    label = CharField()
    vintage = IntegerField(null=True)
    drink_from = DateField(null=True)
    note = TextField(default="")
    opened = BooleanField(default=False)


class Visit(Table):
    """A browser that is here, with or without a member."""

    ticket = CharField(unique=True)
    member = ForeignKeyField(Member, null=True, backref="visits", on_delete="CASCADE")
    until = DateTimeField()

    @classmethod
    def begin(cls, member: Member | None = None) -> tuple["Visit", str]:
        ticket = secrets.token_hex(24)
        return cls.create(ticket=fold(ticket), member=member, until=dt.datetime.now() + VISIT), ticket

    @classmethod
    def of(cls, ticket: str) -> "Visit | None":
        return cls.get_or_none((cls.ticket == fold(ticket)) & (cls.until > dt.datetime.now()))


class Remembered(Table):
    """Browsers whose member need not type a password again."""

    member = ForeignKeyField(Member, backref="remembered", on_delete="CASCADE")
    series = CharField(unique=True)
    since = DateTimeField(default=dt.datetime.now)

    @classmethod
    def issue(cls, member: Member) -> str:
        series = secrets.token_hex(24)
        cls.create(member=member, series=fold(series))
        return series

    @classmethod
    def recognise(cls, series: str) -> Member | None:
        row = cls.get_or_none(cls.series == fold(series))
        return row.member if row else None


class Invitation(Table):
    """Somebody may have a cellar of their own; they choose a password with it."""

    email = CharField()
    name = CharField()
    code = CharField(unique=True)
    until = DateTimeField()


class NewPassword(Table):
    member = ForeignKeyField(Member, on_delete="CASCADE")
    token = CharField(unique=True)
    until = DateTimeField()

    @classmethod
    def issue(cls, member: Member) -> str:
        stamp = f"{member.id}:{member.email}:{time.time():.3f}"
        token = hashlib.sha256(stamp.encode()).hexdigest()
        cls.create(member=member, token=fold(token), until=dt.datetime.now() + dt.timedelta(hours=2))
        return token


class Outbox(Table):
    """Letters that wait for the postman process."""

    kind = CharField()
    address = CharField()
    written = DateTimeField(default=dt.datetime.now)


def entity_tag(cellar: Cellar) -> str:
    """Browsers ask again only where something has changed."""
    return hashlib.sha1(f"{cellar.id}-{cellar.changed.timestamp()}".encode()).hexdigest()[:16]


TABLES = [Member, Cellar, Bottle, Visit, Remembered, Invitation, NewPassword, Outbox]
