from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.config import settings
from app.models import Guest, Hut, Refresh, Reset, Stay
from app.tokens import digest_of, fresh_secret, utcnow


class Repository:
    def __init__(self, db: AsyncSession) -> None:
        self.db = db


class Guests(Repository):
    async def by_id(self, guest_id: int) -> Guest | None:
        return await self.db.get(Guest, guest_id)

    async def by_email(self, email: str) -> Guest | None:
        return await self.db.scalar(select(Guest).where(Guest.email == email.strip().lower()))

    async def wardens(self) -> Sequence[Guest]:
        return (await self.db.scalars(select(Guest).where(Guest.warden.is_(True)))).all()


class Stays(Repository):
    async def find(self, stay_id: int) -> Stay | None:
        return await self.db.get(Stay, stay_id)

    async def find_booked(self, stay_id: int, guest: Guest) -> Stay | None:
        return await self.db.scalar(select(Stay).where(Stay.id == stay_id, Stay.booked_by == guest.id))

    async def upcoming(self, guest: Guest) -> Sequence[Stay]:
        query = select(Stay).where(Stay.booked_by == guest.id, Stay.arrival >= date.today(), ~Stay.cancelled)
        return (await self.db.scalars(query.order_by(Stay.arrival))).all()

    async def arrivals(self, hut_id: int, day: date) -> Sequence[Stay]:
        query = select(Stay).where(Stay.hut_id == hut_id, Stay.arrival == day, ~Stay.cancelled)
        return (await self.db.scalars(query)).all()


class Huts(Repository):
    async def find(self, hut_id: int) -> Hut | None:
        return await self.db.get(Hut, hut_id)

    async def all_open(self) -> Sequence[Hut]:
        return (await self.db.scalars(select(Hut).where(~Hut.closed))).all()


class RefreshTokens(Repository):
    async def hand_out(self, guest: Guest) -> str:
        token = fresh_secret()
        self.db.add(Refresh(digest=digest_of(token), guest_id=guest.id, ends=utcnow() + settings.refresh_life))
        return token

    async def redeem(self, token: str) -> int | None:
        query = delete(Refresh).where(Refresh.digest == digest_of(token), Refresh.ends > utcnow())
        return await self.db.scalar(query.returning(Refresh.guest_id))

    async def forget_all(self, guest: Guest) -> None:
        await self.db.execute(delete(Refresh).where(Refresh.guest_id == guest.id))


class Resets(Repository):
    async def hand_out(self, guest: Guest) -> str:
        token = fresh_secret()
        self.db.add(Reset(digest=digest_of(token), guest_id=guest.id, ends=utcnow() + settings.reset_life))
        return token

    async def redeem(self, token: str) -> int | None:
        query = delete(Reset).where(Reset.digest == digest_of(token), Reset.ends > utcnow())
        return await self.db.scalar(query.returning(Reset.guest_id))


async def close_hut(db: AsyncSession, hut_id: int, note: str) -> None:
    await db.execute(update(Hut).where(Hut.id == hut_id).values(closed=True, avalanche_note=note))
