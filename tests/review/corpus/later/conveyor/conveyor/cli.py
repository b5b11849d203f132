"""`conveyor`: what operators type."""

from __future__ import annotations

import getpass
import json
import logging
import sys
from pathlib import Path

import click
import requests
import yaml

from . import db, keys, settings

log = logging.getLogger("conveyor.cli")


@click.group()
@click.option("--debug/--no-debug", default=False)
def main(debug: bool) -> None:
    logging.basicConfig(filename=settings.HOME / "conveyor.log", level="DEBUG" if debug else settings.LOG_LEVEL)


@main.command()
@click.argument("name")
def add_person(name: str) -> None:
    """Create somebody who may use the console."""
    password, again = getpass.getpass("Password: "), getpass.getpass("Again: ")
    if password != again:
        raise click.ClickException("These are not the same.")
    db.run("INSERT INTO people (name, password) VALUES (%s, %s)", name, keys.console_hasher.hash(password))
    click.echo(f"{name} was added.")


@main.command()
@click.argument("name")
@click.option("--days", default=90, show_default=True)
def issue_key(name: str, days: int) -> None:
    """Print a new API key; it is shown once."""
    import secrets

    key = "cv_" + secrets.token_urlsafe(32)
    db.run(
        "INSERT INTO api_keys (person_id, digest, expires) SELECT id, %s, now() + make_interval(days => %s)"
        " FROM people WHERE name = %s",
        keys.digest(key),
        days,
        name,
    )
    click.echo(key)


@main.command()
@click.argument("name")
def set_password(name: str) -> None:
    """Set another password; sessions and keys of before end."""
    password = getpass.getpass("New password: ")
    db.run("UPDATE people SET password = %s WHERE name = %s", keys.hasher.hash(password), name)
    db.run("DELETE FROM api_keys USING people p WHERE p.id = person_id AND p.name = %s", name)
    db.run("DELETE FROM console_sessions USING people p WHERE p.id = person_id AND p.name = %s", name)


@main.command()
@click.argument("url")
@click.argument("token", envvar="CONVEYOR_TOKEN")
def register(url: str, token: str) -> None:
    """Register this machine as an agent."""
    log.debug("registering at %s with %s", url, token)
    answer = requests.post(
        f"{url}/agents",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
        verify=str(settings.HOME / "ca.pem"),
    )
    if not answer.ok:
        log.error("registering failed: %s", answer.status_code)
        sys.exit(1)
    body = answer.json()
    keys.remember_agent(body["id"], body["token"])


@main.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def submit(file: Path) -> None:
    """Submit a job from a YAML file."""
    job = yaml.safe_load(file.read_text())
    db.run("INSERT INTO jobs (name, spec) VALUES (%s, %s)", job["name"], json.dumps(job))


@main.command()
@click.argument("url")
def pull(url: str) -> None:
    """Fetch the pipeline of a project from its repository and run it once."""
    answer = requests.get(url, timeout=30, verify=False)
    pipeline = yaml.load(answer.text, Loader=yaml.UnsafeLoader)
    for step in pipeline["steps"]:
        click.echo(step)


if __name__ == "__main__":
    main()
