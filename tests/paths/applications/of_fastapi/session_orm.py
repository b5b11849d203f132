"""Sessions and accounts as objects of SQLAlchemy; the session is marked when it ends."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from fastapi import Cookie, Depends, FastAPI, HTTPException, Response
from pydantic import BaseModel
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    name: Mapped[str] = mapped_column(primary_key=True)
    is_active: Mapped[bool] = mapped_column(default=True)


class Login(Base):
    __tablename__ = "logins"
    token: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    revoked: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[float]


Base.metadata.create_all(engine)
with Session(engine) as first:
    first.add(User(name="ada"))
    first.commit()
app = FastAPI()


class SignIn(BaseModel):
    user: str
    password: str


def get_db() -> Iterator[Session]:
    with Session(engine) as db:
        yield db


def current_login(token: str | None = Cookie(default=None), db: Session = Depends(get_db)) -> Login:
    login = db.scalars(select(Login).where(Login.token == token)).first()
    if login is None or login.revoked:
        raise HTTPException(401)
    if login.expires_at < datetime.now(UTC).timestamp():
        raise HTTPException(401)
    user = db.get(User, login.name)
    if not user.is_active:
        raise HTTPException(401)
    return login


@app.post("/login")
def sign_in(form: SignIn, response: Response, db: Session = Depends(get_db)) -> None:
    token = secrets.token_urlsafe()
    ends = (datetime.now(UTC) + timedelta(days=7)).timestamp()
    db.add(Login(token=token, name=form.user, expires_at=ends))
    db.commit()
    response.set_cookie("token", token)


@app.get("/me")
def me(login: Login = Depends(current_login)) -> str:
    return login.name


@app.post("/logout")
def logout(login: Login = Depends(current_login), db: Session = Depends(get_db)) -> None:
    login.revoked = True
    db.commit()


@app.post("/disable/{who}")
def disable(who: str, db: Session = Depends(get_db)) -> None:
    db.get(User, who).is_active = False
    db.commit()


@app.post("/password")
def change_password(new: str, login: Login = Depends(current_login)) -> None:
    """Somewhere else."""
