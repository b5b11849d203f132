"""``rescind drill init``: a commented file that can be read, and never one that was there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.shell import Shell

from rescind.drill import recipes
from rescind.drill.read import read_file


@pytest.mark.parametrize(
    ("line", "file", "recipe"),
    [
        ("drill init", "drill.toml", "cookie"),
        ("drill init --cookie", "drill.toml", "cookie"),
        ("drill init shop.toml --bearer", "shop.toml", "bearer"),
        *[(f"drill init x.toml --recipe {name}", "x.toml", name) for name in recipes.names()],
    ],
)
def test_the_recipe_is_written(shell: Shell, folder: Path, line: str, file: str, recipe: str) -> None:
    done = shell(line)
    assert (done.code, done.out) == (0, f"wrote {file}; edit it, then `rescind drill check {file}`\n")
    assert (folder / file).read_text(encoding="utf-8") == recipes.text(recipe)
    assert read_file(folder / file).end


def test_json(shell: Shell) -> None:
    assert shell("drill init --json").object == {"written": "drill.toml", "recipe": "cookie"}


def test_a_file_that_is_there_stays(shell: Shell, folder: Path) -> None:
    (folder / "drill.toml").write_text("mine")
    done = shell("drill init")
    assert (done.code, (folder / "drill.toml").read_text()) == (2, "mine")
    assert done.err == "rescind: drill.toml exists and was left as it is: edit it\n"


def test_where_nothing_can_be_written(shell: Shell) -> None:
    done = shell("drill init none/drill.toml")
    assert (done.code, done.err) == (
        2,
        "rescind: none/drill.toml cannot be written: No such file or directory\n",
    )


def test_a_recipe_that_is_none(shell: Shell) -> None:
    done = shell("drill init --recipe wat")
    assert done.code == 2 and "flask-login" in done.err
