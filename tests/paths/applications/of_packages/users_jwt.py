"""fastapi-users with its JWT strategy, and accounts in a table of SQLite."""

import sqlite3
from dataclasses import dataclass

from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
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


def get_strategy():
    return JWTStrategy(secret=SECRET, lifetime_seconds=3_600)


backend = AuthenticationBackend(
    name="jwt", transport=BearerTransport(tokenUrl="auth/login"), get_strategy=get_strategy
)
users = FastAPIUsers[User, str](get_user_manager, [backend])
current_active_user = users.current_user(active=True)
app = FastAPI()
app.include_router(users.get_auth_router(backend), prefix="/auth")


@app.post("/login")
async def login(form: SignIn, manager: UserManager = Depends(get_user_manager)) -> dict:
    return {"token": await get_strategy().write_token(await manager.get(form.user))}


@app.get("/me")
async def me(user: User = Depends(current_active_user)) -> str:
    return user.id


@app.post("/logout")
async def logout(user: User = Depends(current_active_user)) -> None:
    """The strategy has nothing to destroy."""


@app.post("/disable/{who}")
async def disable(who: str) -> None:
    db.execute("UPDATE users SET is_active = 0 WHERE id = ?", (who,))
