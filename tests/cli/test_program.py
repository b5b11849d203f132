"""The root: help by section, commands loaded when asked for, every failure one line and a code."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tests.cli.shell import INTERRUPT, PROGRAM, Shell

import rescind
from rescind.cli import main
from rescind.cli.program import Lazy

BREAKS = "principals list"


def commands(group: click.Command, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command and group under ``group``, by the words that call it."""
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None, name
            yield f"{path} {name}".strip(), found
            yield from commands(found, f"{path} {name}".strip())


COMMANDS = dict(commands(main))


def test_commands_are_those_of_this_version() -> None:
    access, look = "revoke sessions sign-out principals", "paths drill review explain"
    names = f"{access} {look} init db signing-keys doctor prune demo"
    assert {name for name in COMMANDS if " " not in name} == set(names.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_says_its_name(shell: Shell, name: str) -> None:
    done = shell(f"{name} --help")
    assert done.code == 0
    assert f"Usage: rescind {name}" in done.out.replace("main", "rescind")
    assert COMMANDS[name].help


@pytest.mark.parametrize("name", [n for n, c in COMMANDS.items() if not isinstance(c, click.Group)])
def test_every_option_says_what_it_does(name: str) -> None:
    options = [p for p in COMMANDS[name].params if isinstance(p, click.Option)]
    assert [p.name for p in options if not p.help] == []
    assert "debug" in {p.name for p in options}


def test_help_groups_commands(shell: Shell) -> None:
    out = shell("--help").out
    assert out.index("Access:") < out.index("revoke") < out.index("Set up:") < out.index("doctor")


@pytest.mark.parametrize("line", ["", "principals", "db", "drill"])
def test_a_group_alone_shows_its_help(shell: Shell, line: str) -> None:
    done = shell(line)
    assert (done.code, done.err) == (0, "")
    assert "Usage:" in done.out


def test_version(shell: Shell) -> None:
    assert shell("--version").out == f"rescind {rescind.__version__}\n"


def test_module_and_script_are_the_same_program() -> None:
    script = Path(sys.executable).parent / "rescind"
    answers = [
        subprocess.run([*start, "--help"], capture_output=True, text=True, check=True).stdout
        for start in (PROGRAM, [str(script)])
    ]
    assert answers[0] == answers[1]
    assert answers[0].startswith("Usage: rescind ")


def test_importing_the_program_loads_no_command_and_no_engine() -> None:
    code = "import json, sys, rescind.cli; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "rescind.cli.program" in loaded
    modules = {name.replace("-", "_") for name in COMMANDS if " " not in name}
    assert {f"rescind.cli.{name}" for name in modules} & loaded == set()
    assert {name.split(".")[0] for name in loaded} & {"sqlalchemy", "sqlite3", "tomllib", "fastapi"} == set()


@pytest.mark.parametrize("line", ["wat", "--wat", "revoke --wat", "principals wat", "sessions --limit x"])
def test_usage_is_one_line_and_exit_2(shell: Shell, line: str) -> None:
    done = shell(line)
    assert done.code == 2
    assert done.err.startswith("rescind: ") and done.err.count("\n") == 1
    assert done.out == ""


def test_value_of_an_unknown_option_is_not_repeated(shell: Shell) -> None:
    done = shell("principals create --login a --password=hunter2-hunter2")
    assert done.code == 2
    assert "hunter2" not in done.out + done.err


def test_error_as_json_is_one_object(shell: Shell) -> None:
    done = shell(f"{BREAKS} --json")
    assert done.code == 2
    assert done.object["exit_code"] == 2
    assert done.err == f"rescind: {done.object['error']}\n"


def test_error_before_options_are_read_is_one_object_too(shell: Shell) -> None:
    assert shell("revoke --json --wat").object["exit_code"] == 2


class Surprise(Exception):
    pass


@pytest.fixture
def defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that fails with something of which nobody knows what its text holds."""

    @click.command("doctor")
    @click.option("--debug", is_flag=True, is_eager=True)
    @click.pass_obj
    def command(run: object, debug: bool) -> None:
        run.debug = debug  # type: ignore[attr-defined]
        raise Surprise("password=hunter2")

    monkeypatch.setattr("rescind.cli.doctor.command", command)


@pytest.mark.usefixtures("defect")
def test_a_defect_is_one_line_without_its_text(shell: Shell) -> None:
    done = shell("doctor")
    assert done.code == 70
    assert done.err.count("\n") == 1 and "Surprise" in done.err and "--debug" in done.err
    assert "hunter2" not in done.out + done.err


@pytest.mark.usefixtures("defect")
def test_debug_shows_where(shell: Shell) -> None:
    done = shell("doctor --debug")
    assert done.code == 70
    assert "Traceback" in done.err and "in command" in done.err


def test_debug_shows_where_an_ordinary_error_came_from(shell: Shell) -> None:
    assert "Traceback" not in shell(BREAKS).err
    done = shell(f"{BREAKS} --debug")
    assert done.code == 2
    assert "Traceback" in done.err and done.err.splitlines()[-1].startswith("rescind: url is not set")


def test_ctrl_c_is_130_without_a_traceback(url: str, shell: Shell) -> None:
    with rescind.Rescind(url):
        pass
    done = shell.terminal("principals create --login ada", answers=[("Password", INTERRUPT)])
    assert done.code == 130
    assert "Traceback" not in done.out


def test_reader_that_leaves_early_is_no_error(url: str) -> None:
    with rescind.Rescind(url) as auth:
        for _ in range(3):
            auth.sessions.start("ada")
    listing = subprocess.Popen(
        [*PROGRAM, "sessions", "--all"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert listing.stdout is not None and listing.stderr is not None
    listing.stdout.close()
    err = listing.stderr.read()
    listing.stderr.close()
    listing.wait(timeout=60)
    assert "Traceback" not in err and "Exception" not in err


def test_a_lazy_group_knows_only_its_own_names() -> None:
    group = Lazy(name="x", sections=(), package="rescind.cli")
    assert group.get_command(click.Context(group), "revoke") is None


PAGES = Path(__file__).parents[2] / "docs"


def told() -> list[str]:
    """The commands on the pages, as somebody would paste them."""
    text = "".join((PAGES / name).read_text(encoding="utf-8") for name in ("break-glass.md", "cli.md"))
    return re.findall(r"^\$ (?:cd \S+ && )?rescind (.+)$", text, re.MULTILINE)


def test_every_command_on_the_pages_works(url: str, shell: Shell) -> None:
    """In their order, on one database; each finds what it is about or says that it found nothing."""
    with rescind.Rescind(url) as auth:
        auth.sessions.start("7")
    commands = told()
    assert len(commands) > 8
    for line in commands:
        words = shlex.split(line)
        takes_yes = words[0] == "revoke" or words[:2] in (["db", "new-birth"], ["principals", "set"])
        done = shell("", *words, *(["--yes"] if takes_yes else []))
        assert done.code in (0, 4), (line, done)
