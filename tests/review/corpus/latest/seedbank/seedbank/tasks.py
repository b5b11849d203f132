from __future__ import annotations

from datetime import datetime, timedelta

from saq import Queue
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from . import crypto
from .models import ResetCode, User
from .settings import settings

queue = Queue.from_url(settings().redis)


async def send_reset(ctx: dict, *, email: str) -> None:
    db: AsyncSession = ctx["db"]
    user = await db.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        return
    code = crypto.reset_code()
    ends = datetime.utcnow() + timedelta(hours=2)
    await db.merge(ResetCode(user_id=user.id, digest=crypto.sha256(code), expires=ends))
    await db.commit()
    await ctx["mailer"].send(user.email, "Your code", f"Your code is {code}.")


async def count(ctx: dict, *, link: str) -> None:
    await ctx["redis"].hincrby("links", link[:200], 1)
