"""``rescind principals set``: every worker judges by the new facts when it returns."""

from __future__ import annotations

import pytest
from tests.cli.shell import Shell
from tests.cli.worker import WorkerProcess

from rescind import Rescind, RevocationUnknown
from rescind.cli.initiator import initiator


def test_worker_refuses_at_its_next_check_and_accepts_again(url: str, shell: Shell) -> None:
    with WorkerProcess(url) as worker:
        _, token = worker.start("ada")
        assert worker.check(token) == "accepted"
        done = shell.process("principals set ada --no-active --reason r --yes")
        assert (done.code, worker.check(token)) == (0, "principal_disabled")
        assert done.out.startswith("final · seq") and "standing changed" in done.out
        assert shell.process("principals set ada --active --reason r").code == 0
        assert worker.check(token) == "accepted"


def test_roles_and_tenant_are_set_and_taken_away(auth: Rescind[str], shell: Shell) -> None:
    auth.principals.set("ada", roles=["old"], reason="r")
    assert shell("principals set ada --role finance --role admin --tenant app --reason r").code == 0
    standing = auth.principals.get("ada")
    assert standing is not None
    assert (standing.roles, standing.tenant, standing.active) == (("admin", "finance"), "app", True)
    assert shell("principals set ada --no-roles --reason r").code == 0
    assert shell("principals set ada --no-tenant --reason r").code == 0
    standing = auth.principals.get("ada")
    assert standing is not None
    assert (standing.roles, standing.tenant) == ((), None)


def test_unknown_is_exit_4_and_is_not_made(auth: Rescind[str], shell: Shell) -> None:
    """A mistyped id must not answer "done" (asks A7)."""
    done = shell("principals set adda --no-active --reason r --yes")
    assert done.code == 4
    assert "nothing was changed" in done.err
    assert auth.principals.get("adda") is None


def test_new_makes_it(auth: Rescind[str], shell: Shell) -> None:
    assert shell("principals set eve --no-active --new --reason r --yes").code == 0
    standing = auth.principals.get("eve")
    assert standing is not None and not standing.active


def test_asks_before_it_refuses_everything(auth: Rescind[str], shell: Shell) -> None:
    auth.sessions.start("ada")
    assert shell("principals set ada --no-active --reason r").code == 2
    done = shell.terminal("principals set ada --no-active --reason r", answers=[("[y/N]", "n\n")])
    assert (done.code, "1 live session" in done.out) == (2, True)
    standing = auth.principals.get("ada")
    assert standing is not None and standing.active
    assert shell.terminal("principals set ada --no-active --reason r", answers=[("[y/N]", "y\n")]).code == 0
    standing = auth.principals.get("ada")
    assert standing is not None and not standing.active


@pytest.mark.parametrize(
    "line",
    [
        "--reason r",
        "--active",
        "--role a --no-roles --reason r",
        "--tenant a --no-tenant --reason r",
        "--active --no-active --wat --reason r",
    ],
)
def test_arguments_that_do_not_fit(auth: Rescind[str], shell: Shell, line: str) -> None:
    auth.principals.set("ada", roles=["kept"], reason="r")
    assert shell(f"principals set ada {line}").code == 2
    standing = auth.principals.get("ada")
    assert standing is not None and standing.version == 1


@pytest.mark.parametrize(
    ("option", "value"), [("--role", ""), ("--role", "a\tb"), ("--tenant", " a"), ("--reason", "")]
)
def test_values_that_are_no_text(auth: Rescind[str], shell: Shell, option: str, value: str) -> None:
    auth.principals.set("ada", roles=["kept"], reason="r")
    done = shell("principals set ada --role x --reason r", option, value)
    assert done.code == 2
    standing = auth.principals.get("ada")
    assert standing is not None and standing.roles == ("kept",)


def test_audit_trail_says_who_and_why(auth: Rescind[str], shell: Shell) -> None:
    auth.sessions.start("ada")
    shell("principals set ada --role x --reason", "new job")
    event = auth.core.store.audit_events("default", subject="principal:ada")[0]
    assert (event.type, event.actor, event.reason) == ("principal.changed", initiator(), "new job")


def test_unknown_outcome_is_exit_5(auth: Rescind[str], shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    auth.sessions.start("ada")

    def unknown(*_: object, **__: object) -> None:
        raise RevocationUnknown("x")

    monkeypatch.setattr("rescind.principals.Principals.commit", unknown)
    done = shell("principals set ada --role x --reason r")
    assert done.code == 5
    assert "run it again" in done.err
