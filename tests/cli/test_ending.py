"""What ends access from the command line looks before it asks, and otherwise afterwards."""

from __future__ import annotations

import pytest
from tests.cli.shell import Shell

from rescind import Refused, Rescind
from rescind.stores.sqlalchemy import SqliteStore


@pytest.mark.parametrize("what", ["--tenant app", "--everything --confirm default"])
def test_with_yes_access_has_ended_before_anything_is_counted(
    auth: Rescind[str], shell: Shell, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    auth.principals.set("ada", tenant="app", reason="hired")
    token = auth.sessions.start("ada").token
    count, seen = SqliteStore.count, list[bool]()

    def watched(store: SqliteStore, *args: object, **more: object) -> tuple[int, int]:
        seen.append(isinstance(auth.check(token), Refused))
        return count(store, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(SqliteStore, "count", watched)
    done = shell(f"revoke --yes --reason breach {what}")
    assert (done.code, seen) == (0, [True])
    assert "ended 1 session" in done.out
