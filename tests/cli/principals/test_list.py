"""``rescind principals list``"""

from __future__ import annotations

from tests.cli.shell import Shell

from rescind import Rescind


def test_lists_by_id_with_standing(auth: Rescind[str], shell: Shell) -> None:
    auth.principals.set("bob", roles=["b", "a"], tenant="app", reason="r")
    auth.principals.set("ada", active=False, reason="r")
    rows = shell("principals list").rows
    assert [row[:5] for row in rows] == [
        ["ada", "no", "-", "-", "user"],
        ["bob", "yes", "a,b", "app", "user"],
    ]


def test_pages_by_id(auth: Rescind[str], shell: Shell) -> None:
    for name in ("a", "b", "c"):
        auth.principals.set(name, roles=[], reason="r")
    first = shell("principals list --limit 2 --json")
    assert ([one["id"] for one in first.object["principals"]], first.object["more"]) == (["a", "b"], True)
    assert "--after b" in first.err
    rest = shell("principals list --limit 2 --after b --json").object
    assert ([one["id"] for one in rest["principals"]], rest["more"]) == (["c"], False)


def test_nobody_is_an_empty_list(auth: Rescind[str], shell: Shell) -> None:
    assert shell("principals list --json").object == {"principals": [], "more": False}
    assert shell("principals list").out == ""
