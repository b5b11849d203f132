"""``rescind revoke``: it ends access in real workers, says what it ended, and never claims more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.cli.shell import Shell
from tests.cli.worker import WorkerProcess
from tests.world import code

from rescind import Rescind
from rescind.cli.initiator import initiator

RECEIPT = re.compile(r"final · seq \d+ · ended (\d+) sessions? · (\d+) workers? in [\d.]+ m?s")


def principal_of(kind: str) -> str:
    return {"str": "ada@example.com", "int": "7", "uuid": str(uuid4())}[kind]


@pytest.mark.parametrize(
    "kind", ["str", pytest.param("int", marks=pytest.mark.long), pytest.param("uuid", marks=pytest.mark.long)]
)
def test_worker_refuses_at_its_next_check(url: str, shell: Shell, kind: str) -> None:
    """Whatever the application's type of id, its text is enough (asks A7)."""
    who, other = principal_of(kind), {"str": "bob", "int": "77", "uuid": str(uuid4())}[kind]
    with WorkerProcess(url, kind) as worker:
        _, token = worker.start(who)
        _, untouched = worker.start(other)
        assert worker.check(token) == worker.check(untouched) == "accepted"
        done = shell.process("revoke --yes --reason", "left the company", "--principal", who)
        assert worker.check(token) == "revoked"
        assert worker.check(untouched) == "accepted"
    assert done.code == 0, done.err
    found = RECEIPT.fullmatch(done.out.strip())
    assert found is not None, done.out
    assert found.groups() == ("1", "1")
    assert done.err == ""


def test_uuid_in_upper_case_is_the_same_uuid(url: str, shell: Shell) -> None:
    who = uuid4()
    with WorkerProcess(url, "uuid") as worker:
        _, token = worker.start(str(who))
        done = shell("revoke --yes --reason", "r", "--principal", str(who).upper())
        assert worker.check(token) == "revoked"
    assert done.code == 0
    assert str(who) in done.err


def test_text_that_is_known_is_never_respelled(auth: Rescind[str], shell: Shell) -> None:
    """An application with text ids may have both spellings: each is its own principal."""
    who = str(UUID(int=0xABCDEF))
    lower, upper = auth.sessions.start(who), auth.sessions.start(who.upper())
    assert shell("revoke --yes --reason", "r", "--principal", who.upper()).code == 0
    assert (code(auth.check(lower.token)), code(auth.check(upper.token))) == ("live", "revoked")


@pytest.mark.parametrize("almost", ["07", "+7", "7.0", "٧", "77"])
def test_what_only_looks_like_an_id_ends_nothing(auth: Rescind[str], shell: Shell, almost: str) -> None:
    kept = auth.sessions.start("7")
    done = shell("revoke --yes --reason", "r", "--principal", almost)
    assert done.code == 4
    assert "nothing matched" in done.err
    assert code(auth.check(kept.token)) == "live"


def test_session(auth: Rescind[str], shell: Shell) -> None:
    one, other = auth.sessions.start("ada"), auth.sessions.start("ada")
    done = shell("revoke --yes --reason", "stolen laptop", "--session", one.session.id)
    assert done.code == 0
    assert (code(auth.check(one.token)), code(auth.check(other.token))) == ("revoked", "live")


def test_a_token_in_place_of_an_id_is_refused_and_not_repeated(auth: Rescind[str], shell: Shell) -> None:
    token = auth.sessions.start("ada").token
    done = shell("revoke --yes --reason", "r", "--session", token)
    assert done.code == 2
    assert token not in done.out + done.err
    assert code(auth.check(token)) == "live"


def test_credential_client_and_tenant(auth: Rescind[str], shell: Shell) -> None:
    auth.principals.set("ada", tenant="app", reason="r")
    auth.principals.set("bob", tenant="app2", reason="r")
    by_credential = auth.sessions.start("x", credential="passkey-1")
    by_client = auth.sessions.start("y", client="phone")
    by_tenant, neighbour = auth.sessions.start("ada"), auth.sessions.start("bob")
    for scope, target, token in (
        ("credential", "passkey-1", by_credential.token),
        ("client", "phone", by_client.token),
        ("tenant", "app", by_tenant.token),
    ):
        assert code(auth.check(token)) == "live"
        assert shell(f"revoke --yes --reason r --{scope} {target}").code == 0, scope
        assert code(auth.check(token)) == "revoked", scope
    assert code(auth.check(neighbour.token)) == "live"


def test_everything_needs_the_realm_once_more(auth: Rescind[str], shell: Shell) -> None:
    token = auth.sessions.start("ada").token
    for confirm in ("", " --confirm other"):
        done = shell(f"revoke --yes --reason r --everything{confirm}")
        assert done.code == 2
        assert code(auth.check(token)) == "live"
    assert shell("revoke --yes --reason r --everything --confirm default").code == 0
    assert code(auth.check(token)) == "revoked"


def test_realm_is_what_the_option_says(url: str, shell: Shell) -> None:
    with Rescind(url, realm="shop") as shop, Rescind(url) as other:
        in_shop, elsewhere = shop.sessions.start("ada"), other.sessions.start("ada")
        assert shell("revoke --yes --reason r --realm shop --everything --confirm shop").code == 0
        assert (code(shop.check(in_shop.token)), code(other.check(elsewhere.token))) == (
            "revoked",
            "live",
        )


def test_kept_session_goes_on(auth: Rescind[str], shell: Shell) -> None:
    kept, ended = auth.sessions.start("ada"), auth.sessions.start("ada")
    done = shell("revoke --yes --reason r --principal ada --keep", kept.session.id)
    assert done.code == 0
    assert (code(auth.check(kept.token)), code(auth.check(ended.token))) == ("live", "revoked")


def test_keep_that_is_not_live_ends_nothing(auth: Rescind[str], shell: Shell) -> None:
    token = auth.sessions.start("ada").token
    done = shell("revoke --yes --reason r --principal ada --keep", "0" * 24)
    assert done.code == 4
    assert "nothing was ended" in done.err
    assert code(auth.check(token)) == "live"


@pytest.mark.parametrize("what", ["grants", "keys"])
def test_what_this_version_does_not_issue_is_not_claimed_to_be_ended(
    auth: Rescind[str], shell: Shell, what: str
) -> None:
    token = auth.sessions.start("ada").token
    done = shell(f"revoke --yes --reason r --principal ada --what {what}")
    assert done.code == 4
    assert f"issues no {what}" in done.err
    assert code(auth.check(token)) == "live"


def test_all_ends_sessions_too(auth: Rescind[str], shell: Shell) -> None:
    token = auth.sessions.start("ada").token
    assert shell("revoke --yes --reason r --principal ada --what all").code == 0
    assert code(auth.check(token)) == "revoked"


@pytest.mark.parametrize("scope", ["session", "principal", "credential", "client", "tenant"])
def test_unknown_target_is_exit_4(auth: Rescind[str], shell: Shell, scope: str) -> None:
    auth.sessions.start("ada")
    done = shell(f"revoke --yes --reason r --{scope} nobody --json")
    assert done.code == 4
    assert (done.object["state"], done.object["matched"], done.object["ended"]) == ("final", 0, {})


def test_repeat_with_the_same_id_appends_nothing_and_says_done(auth: Rescind[str], shell: Shell) -> None:
    auth.sessions.start("ada")
    line = "revoke --yes --reason r --principal ada --id incident-7 --json"
    first, again = shell(line).object, shell(line)
    assert again.code == 0
    assert (again.object["seq"], again.object["repeated"]) == (first["seq"], True)
    assert auth.core.store.head().seq == first["seq"]
    later = auth.sessions.start("ada")
    assert shell(line).code == 0
    assert code(auth.check(later.token)) == "live", "a repeat ends nothing that came later"


def test_repeat_of_what_matched_nothing_is_still_exit_4(auth: Rescind[str], shell: Shell) -> None:
    line = "revoke --yes --reason r --principal nobody --id incident-8"
    assert [shell(line).code, shell(line).code] == [4, 4]
    assert auth.core.store.head().seq == 1


@pytest.mark.parametrize(
    "other", ["--principal bob", "--client ada", "--principal ada --what all", "--session ada"]
)
def test_id_of_another_revocation_is_refused(auth: Rescind[str], shell: Shell, other: str) -> None:
    """With the engine's rule alone ("a known id appends nothing") bob would not be signed out, silently."""
    bob = auth.sessions.start("bob").token
    auth.sessions.start("ada")
    assert shell("revoke --yes --reason r --principal ada --id one").code == 0
    done = shell(f"revoke --yes --reason r --id one {other}")
    assert done.code == 2
    assert "belongs to another revocation" in done.err and "Nothing was ended" in done.err
    assert code(auth.check(bob)) == "live"


def test_repeat_for_a_session_that_was_rotated_meanwhile(auth: Rescind[str], shell: Shell) -> None:
    """Whoever ends it by its old id means the access that goes on under the new one, at the repeat too."""
    old = auth.sessions.start("ada")
    new = auth.sessions.rotate(auth.sessions.rotate(old.session).session)
    line = f"revoke --yes --reason r --id one --session {old.session.id}"
    assert (shell(line).code, code(auth.check(new.token))) == (0, "revoked")
    assert shell(line).code == 0
    stranger = auth.sessions.start("bob").session.id
    assert shell(f"revoke --yes --reason r --id one --session {stranger}").code == 2


def test_audit_trail_says_who_and_why(auth: Rescind[str], shell: Shell) -> None:
    auth.sessions.start("ada")
    shell("revoke --yes --principal ada --reason", "left\nthe company")
    event = auth.core.store.audit_events("default", subject="principal:ada")[0]
    assert (event.type, event.actor, event.reason) == ("principal.revoked", initiator(), "left the company")


def test_initiator_cannot_be_chosen_by_the_environment(auth: Rescind[str], shell: Shell) -> None:
    auth.sessions.start("ada")
    done = shell.process("revoke --yes --principal ada --reason r --json", USER="mallory", LOGNAME="mallory")
    assert done.object["by"] == initiator()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("revoke --yes --principal ada", "--reason"),
        ("revoke --yes --reason r", "exactly one of"),
        ("revoke --yes --reason r --principal ada --tenant app", "--principal --tenant"),
        ("revoke --yes --reason r --session x --what all", "what="),
        ("revoke --yes --reason r --tenant app --keep x", "keep="),
        ("revoke --yes --reason r --principal ada --what cookies", "'cookies'"),
        ("revoke --yes --reason r --principal ada --wat", "--wat"),
    ],
)
def test_arguments_that_do_not_fit(auth: Rescind[str], shell: Shell, line: str, says: str) -> None:
    token = auth.sessions.start("ada").token
    done = shell(line)
    assert done.code == 2
    assert says in done.err and done.err.count("\n") == 1 and done.out == ""
    assert code(auth.check(token)) == "live"


@pytest.mark.parametrize("empty", ["", " ", "a\tb", "x" * 256])
def test_selector_that_is_no_id(auth: Rescind[str], shell: Shell, empty: str) -> None:
    token = auth.sessions.start("ada").token
    done = shell("revoke --yes --reason r --principal", empty)
    assert done.code == 2
    assert code(auth.check(token)) == "live"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_reason_that_is_none(auth: Rescind[str], shell: Shell, reason: str) -> None:
    token = auth.sessions.start("ada").token
    done = shell("revoke --yes --principal ada --reason", reason)
    assert done.code == 2
    assert "reason" in done.err
    assert code(auth.check(token)) == "live"


def test_json_is_one_object_with_everything(auth: Rescind[str], shell: Shell) -> None:
    auth.sessions.start("ada")
    told = shell("revoke --yes --reason r --principal ada --json").object
    assert told == told | {"state": "final", "ended": {"session": 1}, "matched": 1, "scope": "principal"}
    assert {"outside", "proof", "elapsed", "by", "id", "workers_confirmed", "workers_lapsed"} <= set(told)


def test_import_footprint() -> None:
    """Break-glass: no framework, no parser, no terminal library is loaded on the way to a revocation."""
    code = (
        "import sys, json\n"
        "from rescind.cli import main\n"
        "try: main(['revoke', '--url', sys.argv[1], '--principal', 'x', '--reason', 'r', '--yes'])\n"
        "except SystemExit as end: assert end.code == 4, end.code\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    with Rescind(f"sqlite:///{Path('print.db').resolve()}"):
        pass
    done = subprocess.run(
        [sys.executable, "-c", code, "sqlite:///print.db"], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert {"click", "rescind.cli.revoke", "rescind.stores.sqlalchemy.store"} <= loaded
    roots = {name.split(".")[0] for name in loaded}
    assert (
        roots
        & set(
            "alembic anyio django fastapi flask httpx2 jwt joserfc libcst psycopg pydantic redis rich "
            "starlette tomllib uvicorn werkzeug".split()
        )
        == set()
    )
    ours = {name.split(".")[2] for name in loaded if name.startswith("rescind.cli.")}
    assert ours & {"sessions", "principals", "doctor", "db", "prune", "demo", "init"} == set()
    assert {
        name for name in loaded if name.startswith(("rescind.drill", "rescind.demo", "rescind.web"))
    } == set()
