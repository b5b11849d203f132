"""fastapi-users with tokens in Redis, which its own route deletes."""

import os
import sqlite3
from dataclasses import dataclass

import redis.asyncio
from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, RedisStrategy
from fastapi_users.db import BaseUserDatabase
from pydantic import BaseModel

SECRET = "a secret of more than thirty-two bytes"
db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, is_active INTEGER)")
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


async def get_strategy():
    async with redis.asyncio.from_url(os.environ["REDIS_URL"], decode_responses=True) as client:
        yield RedisStrategy(client, lifetime_seconds=1_200)


backend = AuthenticationBackend(
    name="jwt", transport=BearerTransport(tokenUrl="login"), get_strategy=get_strategy
)
users = FastAPIUsers[User, str](get_user_manager, [backend])
current_active_user = users.current_user(active=True)
app = FastAPI()


@app.post("/login")
async def login(
    form: SignIn,
    manager: UserManager = Depends(get_user_manager),
    strategy: RedisStrategy = Depends(get_strategy),
) -> dict:
    return {"token": await strategy.write_token(await manager.get(form.user))}


app.include_router(users.get_auth_router(backend))


@app.get("/me")
async def me(user: User = Depends(current_active_user)) -> str:
    return user.id


@app.post("/disable/{who}")
async def disable(who: str) -> None:
    db.execute("UPDATE users SET is_active = 0 WHERE id = ?", (who,))
