"""``manage.py rescind``: on the engine that Django's settings make."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from rescind.django import engine


def test_sessions_are_listed_and_ended(site: None, capsys: pytest.CaptureFixture[str]) -> None:
    del site
    issued = engine().sessions.start(7)
    call_command("rescind", "sessions", "7", "--json")
    assert issued.session.id in capsys.readouterr().out
    call_command("rescind", "revoke", "--principal", "7", "--reason", "left", "--yes", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["ended"]) == ("final", {"session": 1})


def test_a_failure_has_its_exit_code(site: None, capsys: pytest.CaptureFixture[str]) -> None:
    del site
    with pytest.raises(CommandError) as failed:
        call_command("rescind", "revoke", "--principal", "7")
    assert failed.value.returncode == 2
    assert "reason" in capsys.readouterr().err
