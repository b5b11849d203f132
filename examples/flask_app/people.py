"""Who may come in: passwords are checked against the application's own table."""

from __future__ import annotations

import click
from examples.flask_app import store
from examples.flask_app.auth import auth
from flask import Blueprint

from rescind.flask import Issued

commands = Blueprint("people", __name__, cli_group=None)


def verify(name: str, password: str, label: str | None) -> Issued[int] | None:
    """A session for whoever has the password. An unknown name costs a hash too: nothing tells who exists."""
    mark = auth.mark()  # before the person is read: see "Yours" in docs/sign-in.md
    person = store.find_person(name)
    if not auth.passwords.verify(password, person.password_hash if person else None) or person is None:
        return None
    return auth.sessions.start(person.id, method="password", mark=mark, label=label)


def verify_own(person: int, password: str) -> bool:
    """Whether that is the password of somebody who is signed in."""
    known = store.get_person(person)
    return auth.passwords.verify(password, known.password_hash if known else None)


def add(name: str, password: str, roles: list[str]) -> store.Person:
    """Somebody new; their roles are rescind's, so that a change of them counts at once, everywhere."""
    person = store.add_person(name, auth.passwords.hash(password))
    auth.principals.set(person.id, roles=roles, reason="new")
    return person


@commands.cli.command("add-person")
@click.argument("name")
@click.option("--role", "roles", multiple=True, help="A role; may come several times.")
@click.password_option()
def add_person(name: str, roles: tuple[str, ...], password: str) -> None:
    """Add a person who may sign in."""
    click.echo(f"{name} is person {add(name, password, list(roles)).id}")
