"""Importing an application in a process of its own: whatever it does, it is said and the map goes on."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from rescind.paths.running import ask

APP = "from fastapi import FastAPI\napp = FastAPI()\n"


def asked(folder: Path, text: str, target: str = "shop:app", timeout: float = 30) -> tuple[bool, str]:
    (folder / "shop.py").write_text(textwrap.dedent(text))
    facts, notes, _ = ask(target, folder, timeout=timeout)
    return bool(facts.get("routes")), "\n".join(notes)


def test_what_an_application_does_while_it_is_imported(tmp_path: Path) -> None:
    """It prints, tries to connect, starts a thread that never ends, and changes the working directory."""
    found, said = asked(
        tmp_path,
        APP + "import os, socket, threading, time\nprint('x' * 100_000)\nos.chdir('/')\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "try:\n    socket.create_connection(('127.0.0.1', 1), timeout=1)\nexcept OSError:\n    pass\n",
    )
    assert found
    # The line feed may still be on its way when it has been imported.
    assert re.search("importing shop:app printed 100,00[01] bytes", said)
    assert "importing shop:app opened connections: 127.0.0.1:1" in said


@pytest.mark.parametrize(
    ("text", "target", "said"),
    [
        ("1 / 0", "shop:app", "ZeroDivisionError: division by zero (*/shop.py:1)"),
        ("import sys\nsys.exit(3)", "shop:app", "SystemExit: 3"),
        ("import os\nos._exit(0)", "shop:app", "the process ended before it answered"),
    ],
)
def test_what_it_cannot_be_imported_for(tmp_path: Path, text: str, target: str, said: str) -> None:
    found, notes = asked(tmp_path, text, target)
    assert not found
    assert all(part in notes for part in said.split("*"))


def test_an_import_that_hangs_is_ended(tmp_path: Path) -> None:
    found, said = asked(tmp_path, "import threading\nthreading.Event().wait()", timeout=1)
    assert (found, said) == (False, "shop:app could not be imported: importing it took longer than 1 s")
