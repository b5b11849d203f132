"""Every rule finds what its bad fixtures mark and nothing else, says what it is, and is found by its file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rescind.review import CLASSES, Rule, review, rules
from rescind.review.finding import SEVERITIES
from rescind.review.output.explain import as_markdown, as_text, explain
from rescind.review.run import Wanted

FIXTURES = Path(__file__).parent / "fixtures"
NUMBERS = {
    "1": {"deser"}, "2": {"sqli"}, "3": {"timing"}, "4": {"weak_hash"}, "5": {"jwt"},
    "6": {"cookie", "fixation", "long_lived"}, "7": {"predictable"},
    "8": {"enumeration", "secret_log", "hardcoded"}, "9": {"transport", "authorisation"},
}  # fmt: skip


def cases() -> list[tuple[Rule, Path]]:
    return [(rule, path) for rule in rules() for path in sorted((FIXTURES / rule.number).iterdir())]


def marked(path: Path, number: str) -> set[tuple[str, int]]:
    """The lines that end in ``# RSC101``."""
    root, files = (path, sorted(path.rglob("*.py"))) if path.is_dir() else (path.parent, [path])
    return {
        (file.relative_to(root).as_posix(), line)
        for file in files
        for line, text in enumerate(file.read_text(encoding="utf-8").split("\n"), 1)
        if re.search(rf"# .*\b{number}\s*$", text)
    }


@pytest.mark.parametrize(
    ("rule", "path"), cases(), ids=lambda value: getattr(value, "name", type(value).__name__)
)
def test_fixtures(rule: Rule, path: Path) -> None:
    wanted = marked(path, rule.number)
    assert bool(wanted) is path.name.startswith("bad"), "bad fixtures mark a line, good ones do not"
    done = review(path, root=path if path.is_dir() else path.parent, wanted=Wanted(select=(rule.number,)))
    assert {(each.file, each.line) for each in done.findings} == wanted
    assert done.unread == ()
    for each in done.findings:
        assert each.rule == rule.number and each.kind == rule.kind and each.message and each.fix
        assert "\n" not in each.message + each.fix


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.number)
def test_each_rule_is_complete(rule: Rule) -> None:
    assert re.fullmatch(r"RSC[1-9]\d\d", rule.number)
    assert rule.kind in CLASSES and rule.kind in NUMBERS[rule.number[3]]
    assert rule.severity in SEVERITIES
    names = [path.name for path in (FIXTURES / rule.number).iterdir()]
    for kind in ("bad", "good"):
        assert [name for name in names if name.startswith(kind)], f"{rule.number} needs a {kind} fixture"
    told = dict(explain(rule).sections)
    assert re.search(r"CWE-\d+", told["References"])
    assert rule.number in as_text(rule) and rule.number in as_markdown(rule)
    assert max(map(len, as_text(rule, 80).split("\n"))) <= 80


def test_numbers_are_used_once_and_fixtures_belong_to_a_rule() -> None:
    numbers = [rule.number for rule in rules()]
    assert numbers == sorted(set(numbers))
    assert {path.name for path in FIXTURES.iterdir()} == set(numbers)
