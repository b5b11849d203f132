"""Keys in rows of SQLAlchemy: the query asks for those that are not revoked, of users who are active."""

import hashlib
import secrets
from collections.abc import Iterator

from fastapi import Depends, FastAPI, HTTPException, Security
from fastapi.security import APIKeyHeader
from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
header = APIKeyHeader(name="X-API-Key")


class Base(DeclarativeBase):
    pass


class Key(Base):
    __tablename__ = "keys"
    digest: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    revoked: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


Base.metadata.create_all(engine)
app = FastAPI()


def get_db() -> Iterator[Session]:
    with Session(engine) as db:
        yield db


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def holder(key: str = Security(header), db: Session = Depends(get_db)) -> Key:
    asked = select(Key).where(Key.digest == digest(key), Key.revoked.is_(False)).where(Key.active)
    row = db.scalars(asked).first()
    if row is None:
        raise HTTPException(401)
    return row


@app.post("/login")
def login(db: Session = Depends(get_db)) -> dict:
    key = secrets.token_urlsafe()
    db.add(Key(digest=digest(key), owner="ada"))
    db.commit()
    return {"key": key}


@app.get("/me")
def me(row: Key = Depends(holder)) -> str:
    return row.owner


@app.post("/logout")
def revoke(row: Key = Depends(holder), db: Session = Depends(get_db)) -> None:
    db.get(Key, row.digest).revoked = True
    db.commit()


@app.post("/disable/{who}")
def disable(who: str, db: Session = Depends(get_db)) -> None:
    db.execute(update(Key).where(Key.owner == who).values(active=False))
    db.commit()
