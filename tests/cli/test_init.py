"""``rescind init``"""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

from tests.cli.shell import Shell

from rescind.cli.init import meanings, template
from rescind.cli.sources import find
from rescind.config import Settings, make_settings


def test_writes_a_file_that_works(folder: Path, shell: Shell) -> None:
    assert shell("init").code == 0
    assert tomllib.loads((folder / "rescind.toml").read_text()) == {"settings": {"url": "sqlite:///app.db"}}
    assert shell("db upgrade").code == 0
    assert shell("doctor").code == 0


def test_never_overwrites(folder: Path, shell: Shell) -> None:
    (folder / "rescind.toml").write_text("# mine\n")
    done = shell("init --json")
    assert done.code == 2
    assert "exists" in done.err
    assert (folder / "rescind.toml").read_text() == "# mine\n"


def test_link_to_nowhere_is_not_followed(folder: Path, shell: Shell) -> None:
    (folder / "rescind.toml").symlink_to(folder / "elsewhere")
    assert shell("init").code == 2
    assert not (folder / "elsewhere").exists()


def test_folder_that_cannot_be_written(shell: Shell, folder: Path) -> None:
    import os

    os.chdir("/proc")
    try:
        done = shell("init")
    finally:
        os.chdir(folder)
    assert done.code == 2
    assert "cannot be written" in done.err


def test_url_of_the_option(folder: Path, shell: Shell) -> None:
    shell("init --url", 'sqlite:///a "b".db')
    assert find(url=None, app=None, realm=None).values["url"] == 'sqlite:///a "b".db'


def test_every_default_can_be_uncommented(folder: Path) -> None:
    """What the comments say is what is in force without them."""
    text = re.sub(r"^# ([a-z_]+ = )", r"\1", template("memory://"), flags=re.MULTILINE)
    (folder / "rescind.toml").write_text(text)
    values = dict(find(url=None, app=None, realm=None, environment={}).values)
    settings = make_settings(values.pop("url"), **values)
    assert settings == Settings(url="memory://")
    with_default = {f.name for f in fields(Settings) if f.default not in (MISSING, None)}
    assert set(values) == with_default


def test_every_setting_has_a_meaning() -> None:
    assert [name for name, text in meanings().items() if not text] == []
