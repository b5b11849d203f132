"""The application's own users. A real one has a table; the password hash is made by rescind's helper."""

from __future__ import annotations

from dataclasses import dataclass

from examples.fastapi_app.auth import auth


@dataclass
class Person:
    """One row."""

    id: int
    name: str
    password_hash: str


_people: dict[str, Person] = {}


async def add(id: int, name: str, password: str) -> Person:
    """Add a person with a password."""
    person = Person(id, name, await auth.aio.passwords.hash(password))
    _people[name] = person
    return person


async def verify(name: str, password: str) -> Person | None:
    """The person, if the password is theirs. An unknown name costs one hash too: nothing tells who exists."""
    person = _people.get(name)
    hashed = None if person is None else person.password_hash
    return person if await auth.aio.passwords.verify(password, hashed) else None
