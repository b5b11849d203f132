"""``rescind paths`` with a policy, a baseline, an old map, in the formats of others: what is said, and the
exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.cli.shell import Shell
from tests.cli.test_paths import APP
from tests.review.output.test_sarif import valid

ROOT = Path(__file__).parents[2]
POLICY = """
[paths]
baseline = "paths.json"

[audiences]
enterprise = "/me*"

[[paths.rule]]
audience = "enterprise"
revoke = "immediate"

[[paths.public]]
path = "/logout"
reason = "who is signed out already is told the same"
"""
REMEMBERED = "@lru_cache\ndef look(sid):\n    return SESSIONS.get(sid)\n"
MEMO = APP.replace("SESSIONS = {}", "SESSIONS = {}\nfrom functools import lru_cache").replace(
    "    if sid not in SESSIONS:", "    if look(sid) is None:"
).replace("def session(", f"{REMEMBERED}def session(")  # fmt: skip
OPENED = APP.replace(", dependencies=[Depends(session)]", "")
"""What somebody who is in a hurry makes of it."""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its source is read, which is quick; the gate of what is imported is in test_gate_examples.py."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "main.py").write_text(APP)
    (tmp_path / "rescind.toml").write_text(POLICY)
    return tmp_path


def test_a_policy_that_is_held_and_one_that_is_not(shell: Shell, shop: Path) -> None:
    assert shell("paths shop --policy rescind.toml").err.startswith(
        "rescind: baseline paths.json: there is no"
    )
    done = shell("paths shop --policy rescind.toml --update-baseline")
    assert (done.code, done.out) == (0, "0 failures in 2 routes (rescind.toml)\n")
    assert "paths.json: 2 routes written down" in done.err
    (shop / "shop" / "main.py").write_text(OPENED)
    done = shell("paths shop --policy rescind.toml")
    assert done.code == 1
    unprotected, worse = done.out.split("\n\n")[:2]
    assert unprotected.splitlines()[0] == "unprotected  GET /me  shop/main.py:9"
    assert [line.split()[0] for line in unprotected.splitlines()[1:]] == ["wanted", "is", "why", "mend"]
    assert "wanted  protected: protected, as in the baseline" in worse
    assert done.out.endswith("2 failures in 2 routes (rescind.toml)\n")
    found = shell("paths shop --policy rescind.toml --json")
    assert (found.code, found.object["gate"]["passed"]) == (1, False)
    assert [each["rule"] for each in found.object["gate"]["failures"]] == ["unprotected", "worse"]


def test_audiences_of_this_folder_count_without_a_gate(shell: Shell, shop: Path) -> None:
    done = shell("paths shop")
    assert done.code == 0
    assert [row[4] for row in done.rows] == ["enterprise", "public"]
    (shop / "rescind.toml").write_text('[paths]\ntarget = "shop"\n[review]\n')
    assert [row[4] for row in shell("paths").rows] == ["user", "public"]
    (shop / "rescind.toml").write_text('[paths]\ntargt = "shop"\n')
    done = shell("paths")
    assert (done.code, "unknown key 'targt' in [paths]; did you mean target?" in done.err) == (2, True)
    (shop / "rescind.toml").write_text('[audience]\nx = "/*"\n')
    assert "unknown key 'audience' in the file; did you mean audiences?" in shell("paths shop").err
    (shop / "rescind.toml").unlink()
    assert "Missing argument 'TARGET'" in shell("paths").err


def test_the_difference_to_an_old_map(shell: Shell, shop: Path) -> None:
    (shop / "old.json").write_text(shell("paths shop --json").out)
    assert (
        shell("paths shop --diff old.json").out
        == "0 routes changed since old.json, 0 of them for the worse\n"
    )
    (shop / "shop" / "main.py").write_text("# moved\n\n" + OPENED)
    done = shell("paths shop --diff old.json")
    assert done.code == 1
    assert "changed  GET /me  shop/main.py:11" in done.out
    assert "worse   protected: protected -> open to anybody" in done.out
    assert "removed  credential cookie:sid  session_cache" in done.out
    (shop / "new.json").write_text(shell("paths shop --json").out)
    (shop / "shop" / "main.py").write_text(APP + '@app.get("/news")\ndef news(): ...\n')
    done = shell("paths shop --diff new.json")
    assert done.code == 0
    assert "better  protected: open to anybody -> protected" in done.out
    assert "added    GET /news  shop/main.py:14  open to anybody, signed out: -" in done.out
    found = shell("paths shop --diff new.json --json").object["diff"]
    assert (found["worse"], [each["sort"] for each in found["routes"]]) == (False, ["changed", "added"])
    (shop / "new.json").write_text('{"tool": "rescind paths"}')
    done = shell("paths shop --diff new.json")
    assert (done.code, "--diff new.json: no map that this version reads" in done.err) == (2, True)


def test_a_map_of_another_version_is_compared_with_a_word(shell: Shell, shop: Path) -> None:
    old = shell("paths shop --json").object | {"version": "0.0.1"}
    (shop / "old.json").write_text(json.dumps(old))
    done = shell("paths shop --diff old.json")
    assert done.code == 0
    assert "old.json was drawn by rescind 0.0.1: what is seen now may have been there before" in done.err


def test_what_others_read(shell: Shell, shop: Path) -> None:
    assert "--format sarif tells findings: give --policy" in shell("paths shop --format sarif").err
    (shop / "rescind.toml").write_text(POLICY.replace('baseline = "paths.json"', ""))
    (shop / "shop" / "main.py").write_text(MEMO)
    done = shell("paths shop --policy rescind.toml --format github")
    assert done.code == 1
    first, last = done.out.splitlines()
    assert first.startswith(
        "::error file=shop/main.py,line=13,title=too-slow::GET /me: signed out: never; wanted"
    )
    assert last == "1 failure in 2 routes (rescind.toml)"
    (result,) = valid(shell("paths shop --policy rescind.toml --format sarif").object)["results"]
    assert result["ruleId"] == "too-slow"
    (shop / "old.json").write_text(shell("paths shop --json").out)
    (shop / "shop" / "main.py").write_text(OPENED)
    (result,) = valid(shell("paths shop --diff old.json --format sarif").object)["results"]
    assert result["ruleId"] == "worse"


def test_a_gate_does_not_pass_what_it_could_not_import(shell: Shell, shop: Path) -> None:
    """Routes that are made in loops would be missing, and nobody would see it."""
    (shop / "broken.py").write_text(f"raise RuntimeError('no database')\n{APP}")
    done = shell("paths broken:app --policy rescind.toml")
    assert done.code == 2
    assert "--policy needs all routes, and broken:app could not be imported: RuntimeError" in done.err
    assert "name the folder of its source as TARGET" in done.err


@pytest.mark.long
def test_nor_does_a_difference(shell: Shell, shop: Path) -> None:
    (shop / "broken.py").write_text(f"raise RuntimeError('no database')\n{APP}")
    (shop / "old.json").write_text(shell("paths shop --json").out)
    assert "--diff needs all routes" in shell("paths broken:app --diff old.json").err


def test_a_page_is_written_beside_what_is_said(shell: Shell, shop: Path) -> None:
    (shop / "rescind.toml").write_text('[paths]\ntarget = "shop"\n')
    done = shell("paths --policy rescind.toml --html page.html")
    assert done.code == 1 and "unprotected  POST /logout" in done.out
    assert "1 failure of rescind.toml" in (shop / "page.html").read_text()
    done = shell("paths --html no/page.html")
    assert (done.code, "--html no/page.html: No such file" in done.err) == (2, True)


def test_the_hook_for_pre_commit_and_the_recipe_for_ci(shell: Shell, shop: Path) -> None:
    """The page's own lines, on a policy that names its target and is not held."""
    (shop / "rescind.toml").write_text('[paths]\ntarget = "shop"\n')
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "paths-gate.md").read_text(encoding="utf-8")
    (entry,) = re.findall(r"^  entry: rescind (paths.*)$", hook, re.MULTILINE)
    (args,) = re.findall(r"id: rescind-paths\n +args: \[(.*)\]", page)
    done = shell(entry, *(word.strip().strip('"') for word in args.split(",")))
    assert done.code == 1 and "unprotected  POST /logout" in done.out
    (line,) = re.findall(r"- run: rescind (paths .*)$", page, re.MULTILINE)
    done = shell(line)
    assert done.code == 1 and done.out.startswith("::error file=shop/main.py,line=11,title=unprotected::")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("paths shop --update-baseline", "--update-baseline needs --policy FILE"),
        ("paths shop --policy nothing.toml", "--policy nothing.toml: there is no such file"),
        ("paths shop --diff nothing.json", "--diff nothing.json: there is no such file"),
    ],
)
def test_usage(shell: Shell, shop: Path, line: str, said: str) -> None:
    done = shell(line)
    assert done.code == 2 and said in done.err
