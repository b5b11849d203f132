import os
from datetime import datetime

from peewee import (
    AutoField,
    BlobField,
    BooleanField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
)

db = SqliteDatabase(os.environ.get("CHOIR_DB", "choir.sqlite"), pragmas={"foreign_keys": 1})


class Base(Model):
    class Meta:
        database = db


class Singer(Base):
    id = AutoField()
    name = CharField()
    email = CharField(unique=True)
    voice = CharField(choices=[("S", "soprano"), ("A", "alto"), ("T", "tenor"), ("B", "bass")])
    password = CharField(null=True)
    epoch = IntegerField(default=1)
    conductor = BooleanField(default=False)
    left = BooleanField(default=False)
    letters = BooleanField(default=True)

    def turn_epoch(self) -> None:
        """Every cookie names the epoch it was made in."""
        Singer.update(epoch=Singer.epoch + 1).where(Singer.id == self.id).execute()
        self.epoch += 1


class Invite(Base):
    digest = CharField(unique=True)
    email = CharField()
    voice = CharField()
    sent = DateTimeField(default=datetime.utcnow)


class MagicLink(Base):
    digest = CharField(unique=True)
    singer = ForeignKeyField(Singer, backref="links", on_delete="CASCADE")
    sent = DateTimeField(default=datetime.utcnow)


class Rehearsal(Base):
    starts = DateTimeField()
    place = CharField()


class Score(Base):
    title = CharField()
    voice = CharField(null=True)
    pdf = BlobField()
