"""``Rescind`` is an engine for the routes: mypy checks the assignment, this checks the names."""

from __future__ import annotations

from uuid import UUID

from rescind.engine import Rescind
from rescind.web.engine import Engine, Sessions


def accept(engine: Engine) -> Sessions:
    return engine.sessions


def test_the_engine_of_every_type_of_id_will_do() -> None:
    assert accept(Rescind("memory://")) is not None
    assert accept(Rescind("memory://", principal_id=int)) is not None
    assert accept(Rescind("memory://", principal_id=UUID)) is not None
