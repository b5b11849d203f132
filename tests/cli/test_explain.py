"""``rescind explain``: each rule in words."""

from __future__ import annotations

from tests.cli.shell import Shell

from rescind.review import rules


def test_one_rule_and_all_of_them() -> None:
    shell = Shell()
    done = shell("explain rsc101")
    assert done.code == 0 and "Why it matters" in done.out and "CWE-502" in done.out
    assert [row[0] for row in shell("explain").rows] == [rule.number for rule in rules()]
    assert len(shell("explain --json").object["rules"]) == len(rules())
    assert shell("explain --json RSC101").object["number"] == "RSC101"
    assert shell("explain RSC999").code == 4
