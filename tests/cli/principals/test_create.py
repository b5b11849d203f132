"""``rescind principals create``: the password never comes from an argument and is never shown."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests.cli.shell import Shell

from rescind import Refused, Rescind

GOOD = "plum tractor nine lamps"


def test_password_from_a_pipe(auth: Rescind[str], shell: Shell) -> None:
    done = shell(
        "principals create --login Ada@Example.com --role finance --tenant app --json", stdin=GOOD + "\n"
    )
    assert done.code == 0
    issued = auth.sign_in("ada@example.com", GOOD)
    assert (issued.session.principal_id, issued.session.roles) == (done.object["principal"], ("finance",))
    assert issued.session.tenant == "app"
    assert GOOD not in done.out + done.err


def test_password_from_the_environment(auth: Rescind[str], shell: Shell) -> None:
    done = shell.process("principals create --login ada --principal 7", RESCIND_PASSWORD=GOOD)
    assert (done.code, done.out) == (0, "created principal 7 for ada\n")
    assert auth.sign_in("ada", GOOD).session.principal_id == "7"


def test_password_asked_for_twice_and_not_shown(auth: Rescind[str], shell: Shell) -> None:
    done = shell.terminal(
        "principals create --login ada", answers=[("Password", f"{GOOD}\n"), ("Repeat", f"{GOOD}\n")]
    )
    assert done.code == 0
    assert GOOD not in done.out and "Password" in done.out
    assert auth.sign_in("ada", GOOD).session.principal_id


def test_no_password_is_exit_2(auth: Rescind[str], shell: Shell) -> None:
    done = shell("principals create --login ada", stdin="")
    assert done.code == 2
    assert "RESCIND_PASSWORD" in done.err
    with pytest.raises(Refused):
        auth.sign_in("ada", "")


@pytest.mark.parametrize("bad", ["short", "x" * 2000])
def test_rule_that_refuses_is_exit_1_and_repeats_nothing(auth: Rescind[str], shell: Shell, bad: str) -> None:
    done = shell("principals create --login ada", stdin=bad + "\n")
    assert done.code == 1
    assert bad not in done.out + done.err.replace("too short", "").replace("too_short", "").replace(
        "shorter", ""
    )
    assert done.err.count("\n") == 1


def test_login_or_principal_that_is_taken_is_exit_1(auth: Rescind[str], shell: Shell) -> None:
    auth.accounts.create(login="ada", password=GOOD, principal="a7")
    for line in ("--login ada", "--login eve --principal a7"):
        done = shell(f"principals create {line}", stdin=GOOD + "\n")
        assert done.code == 1, done
    assert auth.sign_in("ada", GOOD).session.principal_id == "a7"


@pytest.mark.parametrize(("kind", "example"), [("int", "7"), ("uuid", str(UUID(int=7)))])
def test_minted_id_is_of_the_type_of_those_that_are_there(
    url: str, shell: Shell, kind: str, example: str
) -> None:
    """A text id among numbers could not be read by the application, at sign-in."""
    ids: type[int | UUID] = int if kind == "int" else UUID
    with Rescind(url, principal_id=ids) as auth:
        auth.principals.set(ids(example), roles=[], reason="r")
    refused = shell("principals create --login ada", stdin=GOOD + "\n")
    assert refused.code == 2
    assert f'principal_id = "{kind}"' in refused.err
    done = shell.process("principals create --login ada --json", stdin=GOOD + "\n", RESCIND_PRINCIPAL_ID=kind)
    assert done.code == 0
    with Rescind(url, principal_id=ids) as auth:
        assert auth.sign_in("ada", GOOD).session.principal_id == ids(done.object["principal"])


def test_audit_trail_says_who(auth: Rescind[str], shell: Shell) -> None:
    from rescind.cli.initiator import initiator

    shell("principals create --login ada", stdin=GOOD + "\n")
    event = auth.core.store.audit_events("default")[0]
    assert (event.type, event.actor) == ("account.created", initiator())
