"""fastapi-users with tokens in a table, by an adapter of the application."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers
from fastapi_users.authentication import AuthenticationBackend, BearerTransport
from fastapi_users.authentication.strategy.db import AccessTokenDatabase, DatabaseStrategy
from fastapi_users.db import BaseUserDatabase
from pydantic import BaseModel

SECRET = "a secret of more than thirty-two bytes"
db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, is_active INTEGER)")
db.execute("CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, user_id TEXT, created_at REAL)")
db.execute("INSERT OR IGNORE INTO users VALUES ('ada', 1)")


class SignIn(BaseModel):
    user: str


@dataclass
class User:
    id: str
    is_active: bool
    is_verified: bool = True
    is_superuser: bool = False
    email: str = "ada@example.org"
    hashed_password: str = ""


class UserDatabase(BaseUserDatabase[User, str]):
    async def get(self, id):
        row = db.execute("SELECT id, is_active FROM users WHERE id = ?", (id,)).fetchone()
        return None if row is None else User(row[0], bool(row[1]))


class UserManager(BaseUserManager[User, str]):
    reset_password_token_secret = verification_token_secret = SECRET

    def parse_id(self, value):
        return value


async def get_user_manager():
    yield UserManager(UserDatabase())


@dataclass
class Token:
    token: str
    user_id: str
    created_at: datetime


class TokenDatabase(AccessTokenDatabase[Token]):
    async def get_by_token(self, token, max_age=None):
        statement = "SELECT * FROM tokens WHERE token = ? AND created_at >= ?"
        row = db.execute(statement, (token, max_age.timestamp() if max_age else 0)).fetchone()
        return None if row is None else Token(row[0], row[1], datetime.fromtimestamp(row[2], UTC))

    async def create(self, create_dict):
        now = datetime.now(UTC)
        db.execute(
            "INSERT INTO tokens VALUES (:token, :user_id, :now)", {**create_dict, "now": now.timestamp()}
        )
        return Token(created_at=now, **create_dict)

    async def delete(self, access_token):
        db.execute("DELETE FROM tokens WHERE token = ?", (access_token.token,))


def get_strategy():
    return DatabaseStrategy(TokenDatabase(), lifetime_seconds=1_800)


backend = AuthenticationBackend(
    name="jwt", transport=BearerTransport(tokenUrl="login"), get_strategy=get_strategy
)
users = FastAPIUsers[User, str](get_user_manager, [backend])
current_active_user = users.current_user(active=True)
app = FastAPI()


@app.post("/login")
async def login(form: SignIn, manager: UserManager = Depends(get_user_manager)) -> dict:
    return {"token": await get_strategy().write_token(await manager.get(form.user))}


app.include_router(users.get_auth_router(backend))


@app.get("/me")
async def me(user: User = Depends(current_active_user)) -> str:
    return user.id


@app.post("/disable/{who}")
async def disable(who: str) -> None:
    db.execute("UPDATE users SET is_active = 0 WHERE id = ?", (who,))
