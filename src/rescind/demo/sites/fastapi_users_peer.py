"""fastapi-users as its documentation has it: bearer tokens, signed (JWT), the user read on every request.

Its own adapter for SQLAlchemy wants a SQLAlchemy below 2.1, so the small class that the documentation has for
other databases is here. None of it imports anything of rescind's engine.

No ``from __future__ import annotations``: FastAPI could not resolve the local names in the annotations.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi_users import BaseUserManager, FastAPIUsers
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from fastapi_users.db import BaseUserDatabase
from fastapi_users.password import PasswordHelper
from fastapi_users.schemas import BaseUser, BaseUserUpdate

from rescind.demo.sites.peers import TOKEN_SECONDS
from rescind.demo.sites.people import ADMIN, PASSWORD, People, address


@dataclass
class User:
    """What fastapi-users asks of a user; the address is the id."""

    id: str
    email: str
    hashed_password: str
    is_active: bool
    is_superuser: bool
    is_verified: bool = True


class Users(BaseUserDatabase[User, str]):
    """The application's own table of people."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def get(self, id: str) -> User | None:
        person = self._people.get(id)
        if person is None:
            return None
        return User(id, id, person.hash, person.active, is_superuser=id == ADMIN)

    async def get_by_email(self, email: str) -> User | None:
        return await self.get(email)

    async def update(self, user: User, update_dict: dict[str, Any]) -> User:
        if "hashed_password" in update_dict:
            self._people.set_hash(user.id, update_dict["hashed_password"])
        if "is_active" in update_dict:
            self._people.set_active(user.id, update_dict["is_active"])
        return await self.get(user.id) or user


class Manager(BaseUserManager[User, str]):
    """As documented."""

    def parse_id(self, value: Any) -> str:
        return str(value)


def add_people(people: People) -> None:
    """The administrator and a hundred others, all with the same password: it is hashed once."""
    people.add([ADMIN, *map(address, range(100))], PasswordHelper().hash(PASSWORD))


def routes(people: People, secret: str) -> APIRouter:
    """/auth/login, /auth/logout, /users/me, /users/ID."""

    async def manager() -> AsyncIterator[Manager]:
        yield Manager(Users(people))

    def strategy() -> JWTStrategy[User, str]:
        return JWTStrategy(secret=secret, lifetime_seconds=TOKEN_SECONDS)

    backend = AuthenticationBackend(
        name="jwt", transport=BearerTransport(tokenUrl="login"), get_strategy=strategy
    )
    users = FastAPIUsers[User, str](manager, [backend])
    router = APIRouter()
    router.include_router(users.get_auth_router(backend), prefix="/auth")
    router.include_router(users.get_users_router(BaseUser[str], BaseUserUpdate), prefix="/users")
    return router
