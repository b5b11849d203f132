"""``flask rescind``: the same commands on the engine of the application, with the same codes and errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from flask import Flask
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, create_engine
from tests import programs
from tests.cli.shell import Done, Shell

from rescind.cli.in_flask import command
from rescind.flask import Rescind
from rescind.testing.flask import client, engine_of

SHOP = """
from flask import Flask
from rescind.flask import Rescind

auth = Rescind(principal_id=int)

def create_app():
    app = Flask(__name__)
    app.config.from_prefixed_env()
    auth.init_app(app)
    return app
"""


@pytest.fixture
def shop(url: str) -> Iterator[Flask]:
    """An application whose database is there; its engine does not see what the commands do to theirs."""
    app = Flask("shop")
    app.config["RESCIND_URL"] = url
    auth = Rescind(principal_id=int)
    auth.init_app(app)
    with app.app_context():
        auth.principals.set(7, roles=["finance"], reason="task")
        yield app
        auth.close()


def run(app: Flask, line: str, *words: str) -> Done:
    """As the application's own tests run commands."""
    result = app.test_cli_runner().invoke(command, [*line.split(), *words])
    return Done(result.exit_code, result.stdout, result.stderr)


def flask(line: str, *, app: str | None = "shop", **environment: str) -> Done:
    """Flask's program, in a process of its own."""
    words = [*([] if app is None else ["--app", app]), *line.split()]
    done = programs.run(programs.flask, *words, environment=os.environ | environment)
    return Done(done.returncode, done.stdout, done.stderr)


def real_flask(line: str) -> Done:
    """The one that is installed, from its start."""
    program = [str(Path(sys.executable).parent / "flask"), "--app", "shop"]
    done = subprocess.run([*program, *line.split()], capture_output=True, text=True, timeout=60)
    return Done(done.returncode, done.stdout, done.stderr)


def test_a_principal_is_ended_by_the_real_program(shop: Flask, folder: Path) -> None:
    (folder / "shop.py").write_text(SHOP)
    browser = client(shop, engine_of(shop).sessions.start(7))
    assert browser.get("/auth/session").status_code == 200
    told = real_flask("rescind revoke --principal 7 --reason left --yes --json")
    assert (told.code, told.err) == (0, "")
    assert (told.object["state"], told.object["ended"]) == ("final", {"session": 1})
    assert told.object["by"].startswith("cli:")
    assert browser.get("/auth/session").get_json()["code"] == "sign_in"
    nothing = flask("rescind sessions 7", FLASK_RESCIND_URL=os.environ["RESCIND_URL"])
    assert (nothing.code, nothing.out) == (4, "")


def test_help_needs_no_application(folder: Path) -> None:
    told = flask("rescind --help", app=None)
    assert told.code == 0
    assert told.out.index("Access:") < told.out.index("revoke") < told.out.index("Set up:")
    assert "drill" not in told.out
    told = flask("rescind revoke --help", app=None)
    assert told.code == 0
    assert "--principal" in told.out
    assert "--url" not in told.out, "the settings are those of the application"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from flask import Flask\napp = Flask('plain')", "auth.init_app(app) was not called"),
        (SHOP.replace("    auth", "    app.config['RESCIND_URI'] = 'x'\n    auth"), "RESCIND_URL?"),
        ("import nowhere_at_all", "shop"),
        ("print(1 / 0)", "ZeroDivisionError while it was loaded"),
    ],
    ids=["without rescind", "unknown setting", "an import that fails", "a defect of its own"],
)
def test_an_application_that_cannot_be_used(folder: Path, text: str, said: str) -> None:
    (folder / "shop.py").write_text(text)
    told = flask("rescind sessions --all")
    assert told.code == 2
    assert said in told.err
    assert told.err.startswith("rescind: ")
    assert told.err.count("\n") == 1, "one line, no traceback"


def test_no_application_at_all(folder: Path) -> None:
    told = flask("rescind doctor --json", app=None)
    assert told.code == 2
    assert told.object["exit_code"] == 2
    assert "Could not locate a Flask application" in told.err.splitlines()[0]


def test_every_command_works(shop: Flask) -> None:
    engine = engine_of(shop)
    session = engine.sessions.start(7).session.id
    assert run(shop, "sessions --all").rows[0][0] == session
    assert run(shop, "sessions 7 --json").object["sessions"][0]["principal"] == 7
    assert run(shop, "principals show 7 --json").object["roles"] == ["finance"]
    assert run(shop, "principals set 7 --role admin", "--reason", "task").code == 0
    assert engine.sessions.get(session).roles == ("admin",)
    assert run(shop, "sign-out 7 --yes").out.startswith("final")
    assert run(shop, "revoke --everything --confirm default --reason moving --yes").code == 0
    assert "sessions" in run(shop, "prune").out
    assert "as before" in run(shop, "db upgrade").out
    assert run(shop, "db check").code == 0
    assert run(shop, "db new-birth --reason restored --yes").code == 0
    assert run(shop, "signing-keys list").code == 2, "opaque sessions have none"
    after = engine.sessions.start(7)
    assert engine.check(after.token) == after.session, "the application goes on"


def test_doctor_says_where_settings_are_from(shop: Flask, url: str) -> None:
    settings = run(shop, "doctor --json").object["settings"]
    assert settings["url"] == {"value": url, "from": "app.config['RESCIND_URL']"}
    assert settings["principal_id"]["from"] == "Rescind(...), or the environment"
    assert settings["lease"]["from"] == "default"


@pytest.mark.parametrize("line", ["sessions --all", "revoke --principal 7 --reason left", "db new-birth"])
@pytest.mark.parametrize("option", ["--url=memory://", "--app=shop:auth", "--realm=other"])
def test_nobody_else_says_where(shop: Flask, line: str, option: str) -> None:
    told = run(shop, line, option, "--json")
    assert told.code == 2
    assert "No such option" in told.object["error"]


def test_failures_are_one_line_with_their_code(folder: Path) -> None:
    """The texts name the program as it is typed here."""
    app = Flask("shop")
    auth = Rescind(f"sqlite:///{folder / 'nothing.db'}", principal_id=int)
    auth.init_app(app)
    told = run(app, "sign-out 7 --yes")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "`flask rescind db upgrade`" in told.err
    findings = run(app, "doctor --json")
    assert findings.code in {1, 2}
    assert "`flask rescind db upgrade`" in json.dumps(findings.object["findings"])
    assert run(app, "db upgrade").code == 0
    told = run(app, "sign-out 7 --yes")
    assert told.code == 4
    assert "`flask rescind sessions --all`" in told.err
    assert run(app, "sign-out seven --yes").code == 2
    assert "There is no terminal" in run(app, "sign-out 7").err


def test_a_store_that_cannot_be_reached() -> None:
    app = Flask("shop")
    auth = Rescind("redis://127.0.0.1:1/0", principal_id=int)
    auth.init_app(app)
    told = run(app, "sessions --all --json")
    assert (told.code, told.object["exit_code"]) == (3, 3)


def test_memory_is_of_another_process() -> None:
    app = Flask("shop")
    auth = Rescind("memory://")
    auth.init_app(app)
    told = run(app, "revoke --principal 7 --reason left --yes")
    assert told.code == 2
    assert "inside one process" in told.err


def test_interrupted(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_given: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rescind.cli.sessions._records", interrupt)
    assert run(shop, "sessions --all").code == 130


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize("name", ["auth", "create_app.auth", "app", "handle"])
def test_the_plain_program_says_what_to_use(shell: Shell, folder: Path, name: str) -> None:
    more = """
    class Own(Rescind):
        pass

    handle = Own(principal_id=int)
    app = create_app()
    create_app.auth = auth
    """
    (folder / "shop_in_flask.py").write_text(SHOP + dedent(more))
    told = shell(f"sessions --all --app shop_in_flask:{name}")
    assert told.code == 2
    assert "`flask --app shop_in_flask rescind` and the command" in told.err


def test_triggers_on_the_users_that_the_application_declares(shop: Flask, folder: Path) -> None:
    users = Table("users", MetaData(), Column("id", Integer, primary_key=True), Column("active", Boolean))
    engine = create_engine(f"sqlite:///{folder / 'app.db'}")
    users.metadata.create_all(engine)
    assert "no users are declared" in run(shop, "db triggers status").err
    engine_of(shop).principals.watch(users, active=users.c.active)
    missing = run(shop, "doctor")
    assert "run `flask rescind db triggers install`" in missing.out
    assert run(shop, "db triggers install --yes").out.endswith("users: installed\n")
    with engine.begin() as connection:
        connection.execute(users.insert(), {"id": 7, "active": False})
    assert not engine_of(shop).principals.get(7).active  # type: ignore[union-attr]
    assert run(shop, "db triggers remove --yes").out == "removed\n"
    engine.dispose()
