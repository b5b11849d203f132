from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from tortoise import fields
from tortoise.models import Model


def now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


def digest(value: str) -> str:
    return hashlib.blake2b(value.encode(), digest_size=32).hexdigest()


class Staff(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(60, unique=True)
    password = fields.CharField(255)
    warden = fields.BooleanField(default=False)


class StaffSession(Model):
    key = fields.CharField(64, primary_key=True)
    staff = fields.ForeignKeyField("models.Staff", related_name="sessions")
    ends_at = fields.DatetimeField()


class Guest(Model):
    id = fields.IntField(primary_key=True)
    email = fields.CharField(200, unique=True)
    password = fields.CharField(255)


class GuestSession(Model):
    key = fields.CharField(64, primary_key=True)
    guest = fields.ForeignKeyField("models.Guest", related_name="sessions")
    ends_at = fields.DatetimeField()


class Owner(Model):
    """Owns caravans that stand on the site all year, and lets them."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(120)
    key_digest = fields.CharField(64, unique=True)
    calendar_digest = fields.CharField(64, null=True)

    async def new_calendar(self) -> str:
        token = secrets.token_urlsafe(24)
        self.calendar_digest = digest(token)
        await self.save(update_fields=["calendar_digest"])
        return token

    def opens_calendar(self, token: str) -> bool:
        return self.calendar_digest == digest(token)


class Pitch(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(20, unique=True)
    owner = fields.ForeignKeyField("models.Owner", related_name="pitches", null=True)
    cents = fields.IntField()


class Stay(Model):
    id = fields.IntField(primary_key=True)
    pitch = fields.ForeignKeyField("models.Pitch", related_name="stays")
    guest = fields.ForeignKeyField("models.Guest", related_name="stays")
    first = fields.DateField()
    last = fields.DateField()
    paid = fields.BooleanField(default=False)
