"""`airlock users ...`"""
import getpass
import json
import random
import re
import secrets
import string
import sys

import click

from ..models import Role, User, db
from .manager import sm


@click.group()
def users():
    """Users and roles."""


@users.command()
@click.option("--username", required=True)
@click.option("--email", required=True)
@click.option("--role", required=True)
@click.option("--use-random-password", is_flag=True)
def create(username, email, role, use_random_password):
    if use_random_password:
        password = "".join(random.choices(string.printable.strip(), k=16))
    else:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            sys.exit("not the same")
    user = User(username=username, email=email)
    user.password = password
    user.roles = [db.session.query(Role).filter_by(name=role).one()]
    db.session.add(user)
    db.session.commit()
    click.echo(f"created {username}")


@users.command("reset-password")
@click.option("--username", required=True)
def reset_password(username):
    user = sm.find_user(username=username)
    user.password = getpass.getpass("Password: ")
    db.session.commit()
    click.echo("done")


@users.command("lock")
@click.option("--username", required=True)
def lock(username):
    sm.deactivate(sm.find_user(username=username))
    click.echo("done")


@users.command("export")
@click.argument("path", type=click.Path())
def export(path):
    rows = [{"username": u.username, "email": u.email, "roles": [r.name for r in u.roles]} for u in db.session.query(User)]
    with click.open_file(path, "w") as stream:
        json.dump(rows, stream, indent=2)
    click.echo(f"{len(rows)} users", err=True)


@users.command("api-key")
@click.option("--length", default=32, type=click.IntRange(24))
def api_key(length):
    click.echo(secrets.token_urlsafe(length))
