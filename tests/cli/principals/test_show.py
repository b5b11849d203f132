"""``rescind principals show``"""

from __future__ import annotations

from uuid import uuid4

from tests.cli.shell import Shell

from rescind import Rescind


def test_shows_standing_and_sessions(auth: Rescind[str], shell: Shell) -> None:
    auth.principals.set("ada", roles=["finance"], tenant="app", reason="r")
    auth.sessions.start("ada")
    auth.revoke(session=auth.sessions.start("ada").session, reason="r")
    told = shell("principals show ada --json").object
    assert told == told | {"id": "ada", "active": True, "roles": ["finance"], "tenant": "app"}
    assert (told["live_sessions"], told["stored_sessions"]) == (1, 2)
    assert shell("principals show ada").rows[0][-1] == "1"


def test_unknown_is_exit_4(auth: Rescind[str], shell: Shell) -> None:
    done = shell("principals show nobody")
    assert done.code == 4
    assert "no principal nobody in realm default" in done.err


def test_uuid_in_another_spelling(url: str, shell: Shell) -> None:
    who = uuid4()
    with Rescind(url, principal_id=type(who)) as auth:
        auth.principals.set(who, roles=["x"], reason="r")
    assert shell("principals show --json", str(who).upper()).object["id"] == str(who)
