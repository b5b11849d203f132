"""``rescind sessions``: what is live, for people and pipes; what others wrote cannot play with the screen."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
from tests.cli.shell import Shell

from rescind import Rescind

NASTY = "Fire\tfox\n\x1b[2J\x1b]0;owned\x07 \u202e x"


def test_lists_live_sessions_of_one_principal(auth: Rescind[str], shell: Shell) -> None:
    live = {auth.sessions.start("ada", client="phone", label="Firefox").session.id for _ in range(3)}
    auth.revoke(session=auth.sessions.start("ada").session, reason="r")
    auth.sessions.start("bob")
    done = shell("sessions ada")
    assert done.code == 0
    assert {row[0] for row in done.rows} == live
    assert done.rows == sorted(done.rows)
    _, principal, since, seen, until, method, client, label = done.rows[0]
    assert (principal, method, client, label) == ("ada", "password", "phone", "Firefox")
    assert datetime.fromisoformat(since) <= datetime.fromisoformat(seen) < datetime.fromisoformat(until)


def test_no_token_and_no_digest_is_shown(auth: Rescind[str], shell: Shell) -> None:
    issued = auth.sessions.start("ada")
    secret = issued.token.partition(".")[2]
    for line in ("sessions ada", "sessions ada --json", "sessions --all"):
        assert secret[:10] not in shell(line).out


def test_of_everybody_in_the_realm_only(url: str, shell: Shell) -> None:
    with Rescind(url) as one, Rescind(url, realm="shop") as other:
        mine, theirs = one.sessions.start("ada").session.id, other.sessions.start("ada").session.id
        assert [row[0] for row in shell("sessions --all").rows] == [mine]
        assert [row[0] for row in shell("sessions --all --realm shop").rows] == [theirs]


def test_limit_says_that_there_are_more(auth: Rescind[str], shell: Shell) -> None:
    for _ in range(4):
        auth.sessions.start("ada")
    few = shell("sessions --all --limit 3 --json")
    assert (len(few.object["sessions"]), few.object["more"]) == (3, True)
    assert "more than 3" in few.err
    every = shell("sessions --all --limit 4 --json")
    assert (len(every.object["sessions"]), every.object["more"]) == (4, False)
    assert every.err == ""


def test_pages_are_put_together(auth: Rescind[str], shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rescind.cli.sessions.PAGE", 2)
    ids = sorted(auth.sessions.start("ada").session.id for _ in range(7))
    assert [row[0] for row in shell("sessions --all").rows] == ids
    assert [row[0] for row in shell("sessions --all --limit 5").rows] == ids[:5]


@pytest.mark.parametrize("line", ["sessions", "sessions ada --all", "sessions ada --limit 0"])
def test_arguments_that_do_not_fit(auth: Rescind[str], shell: Shell, line: str) -> None:
    assert shell(line).code == 2


def test_none_is_exit_4_with_a_name_and_0_without(auth: Rescind[str], shell: Shell) -> None:
    alone = shell("sessions ada --json")
    assert (alone.code, alone.object) == (4, {"sessions": [], "more": False})
    assert (shell("sessions --all").code, shell("sessions --all").out) == (0, "")


def test_id_in_another_spelling(url: str, shell: Shell) -> None:
    who = uuid4()
    with Rescind(url, principal_id=type(who)) as auth:
        auth.sessions.start(who)
    assert shell("sessions", str(who).upper()).rows[0][1] == str(who)


@pytest.mark.parametrize("line", ["sessions ada", "sessions ada --json"])
def test_label_cannot_reach_the_terminal(auth: Rescind[str], shell: Shell, line: str) -> None:
    auth.sessions.start("ada", label=NASTY.replace("\t", " ").replace("\n", " "))
    for done in (shell(line), shell.terminal(line)):
        assert "\x1b[2J" not in done.out and "\x1b]" not in done.out and "\x07" not in done.out
        assert "\u202e" not in done.out


def test_on_a_terminal_it_is_a_table(auth: Rescind[str], shell: Shell) -> None:
    session = auth.sessions.start("ada", label="Firefox").session.id
    plain = shell.terminal("sessions ada", NO_COLOR="1").out
    heading, row = plain.splitlines()
    assert heading.split()[:2] == ["session", "principal"]
    assert row.startswith(f"{session}  ada ") and "\t" not in plain
    assert heading.index("principal") == row.index("ada", len(session))
    assert heading.index("label") == row.index("Firefox")
    assert "\x1b" not in plain
    assert "\x1b[1m" in shell.terminal("sessions ada").out
    assert "\x1b" not in shell.terminal("sessions ada", TERM="dumb").out
