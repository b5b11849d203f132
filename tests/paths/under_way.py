"""What a copy can do that asks for something while its owner signs out."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import time_machine
from tests.paths.measuring import BEGIN, Subject, kept_away

SLOW = "X-Slow"
PATIENCE = 30.0


def accepted_after_under_way(path: Path) -> bool:
    """Whether a copy is accepted after signing out, if a request with it was under way meanwhile."""
    begun, goes_on = threading.Event(), threading.Event()
    with kept_away(path), time_machine.travel(BEGIN, tick=False):
        subject = Subject(path)

        def wait() -> None:
            from flask import request

            if SLOW in request.headers:
                begun.set()
                assert goes_on.wait(PATIENCE)

        subject.app.before_request_funcs.setdefault(None, []).insert(0, wait)
        tried = subject.sign_in()
        thief = subject.new_client()
        subject.paste_cookies(subject.copy, thief)
        asked: dict[str, Any] = {"headers": {**subject.headers, SLOW: "1"}}
        request = threading.Thread(target=subject.ask, args=("GET", "/me", thief), kwargs=asked)
        request.start()
        assert begun.wait(PATIENCE)
        subject.end("on_revoke")
        goes_on.set()
        request.join(PATIENCE)
        return tried()
