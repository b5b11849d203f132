"""Who acts."""

from __future__ import annotations

import os
import pwd
import socket

import pytest

from rescind.cli.initiator import initiator, os_user
from rescind.model.principal import MAX_ID_LENGTH, text_id


def test_user_and_host() -> None:
    assert initiator() == f"cli:{pwd.getpwuid(os.getuid()).pw_name}@{socket.gethostname()}"


def test_user_that_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert os_user() == "54321"


@pytest.mark.parametrize("host", ["a\nb", "x" * 500, "tab\there"])
def test_is_always_a_usable_id(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    assert text_id(initiator(), argument="by") == initiator()
    assert len(initiator()) <= MAX_ID_LENGTH
