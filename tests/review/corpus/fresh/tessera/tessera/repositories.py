from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from .db import Note, RefreshToken, User


class UserRepository:
    def __init__(self, db: AsyncSession) -> None:
        self.db = db

    async def by_email(self, email: str) -> User | None:
        return (await self.db.execute(select(User).where(User.email == email.lower()))).scalar_one_or_none()

    async def by_id(self, user_id: UUID) -> User | None:
        return await self.db.get(User, user_id)

    async def change(self, user: User, values: dict[str, Any]) -> User:
        for name, value in values.items():
            setattr(user, name, value)
        await self.db.commit()
        return user

    async def search(self, words: str, order: str) -> list[Any]:
        statement = text(f"SELECT id, email FROM users WHERE email LIKE :words ORDER BY {order} LIMIT 50")
        return list(await self.db.execute(statement, {"words": f"%{words}%"}))


class RefreshRepository:
    def __init__(self, db: AsyncSession) -> None:
        self.db = db

    async def add(self, user_id: UUID, digest: str, until: datetime) -> None:
        self.db.add(RefreshToken(user_id=user_id, digest=digest, expires_at=until))
        await self.db.commit()

    async def take(self, digest: str) -> RefreshToken | None:
        """One use: gives the row and deletes it."""
        statement = (
            delete(RefreshToken)
            .where(RefreshToken.digest == digest, RefreshToken.expires_at > datetime.now(UTC))
            .returning(RefreshToken)
        )
        row = (await self.db.execute(statement)).scalar_one_or_none()
        await self.db.commit()
        return row

    async def end_all(self, user_id: UUID) -> None:
        await self.db.execute(delete(RefreshToken).where(RefreshToken.user_id == user_id))
        await self.db.execute(
            update(User).where(User.id == user_id).values(token_version=User.token_version + 1)
        )
        await self.db.commit()


class NoteRepository:
    def __init__(self, db: AsyncSession) -> None:
        self.db = db

    async def one(self, note_id: UUID) -> Note | None:
        return await self.db.get(Note, note_id)

    async def of(self, owner_id: UUID, limit: int) -> list[Any]:
        statement = text(f"SELECT id, title FROM notes WHERE owner_id = :owner LIMIT {limit}")
        return list(await self.db.execute(statement, {"owner": owner_id}))
