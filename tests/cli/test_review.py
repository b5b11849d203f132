"""``rescind review``: frames at 80 columns, one object, exit codes."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.cli.shell import Shell

from rescind.cli.reviewed import progress

ROOT = Path(__file__).parents[2]
HARM = (
    "import pickle\nfrom flask import request\n\n\ndef view():\n"
    "    # Zeilen mit 漢字 und\ttabs\n    return pickle.loads(request.data)  # rätsel" + "x" * 90 + "\n"
)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    return Shell()


def test_findings_are_framed(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "app.py").write_text(HARM)
    done = shell("review", str(tmp_path))
    assert done.code == 1
    assert "RSC101 critical  app.py:7" in done.out
    assert "  > 7 │     return pickle.loads(request.data)" in done.out
    assert "      │            ^^^^^^^^^^^^^^^^^^^^^^^^^^\n" in done.out
    assert "1 finding in 1 file" in done.out
    assert max(map(len, done.out.split("\n"))) <= 80


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_secret_that_was_found_is_not_printed(tmp_path: Path, shell: Shell, form: str) -> None:
    """Whoever reads the log of a run is not let in by it; next to another finding neither."""
    (tmp_path / "app.py").write_text(
        'import redis\nfrom flask import Flask\napp = Flask("x")\napp.secret_key = "wn7Kq2Zx9Lp4Rt8Vb3"\n'
        'cache = redis.from_url("redis://:Hs6Yd1Gm5Jc0@cache.example.com/0")\n'
    )
    done = shell(f"review {tmp_path} --format {form}")
    assert "RSC851" in done.out and "RSC904" in done.out
    assert "Kq2Zx9Lp" not in done.out + done.err and "Hs6Yd1Gm5Jc0" not in done.out + done.err


def test_files_are_named_from_this_folder(tmp_path: Path, shell: Shell) -> None:
    """An editor opens what is clicked on; JSON names them from the folder that was asked for."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "app.py").write_text(HARM)
    (tmp_path / "shop" / "bad.py").write_text("x = (\n")
    done = shell("review shop")
    assert "RSC101 critical  shop/app.py:7" in done.out
    assert "not read: shop/bad.py" in done.err
    assert shell("review --json shop").object["findings"][0]["file"] == "app.py"


def test_one_object(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "app.py").write_text(HARM)
    done = shell("review --json", str(tmp_path))
    assert (done.code, len(done.object["findings"])) == (1, 1)


def test_exit_codes(tmp_path: Path, shell: Shell) -> None:
    assert shell("review", str(tmp_path)).code == 4
    (tmp_path / "app.py").write_text("x = 1\n")
    assert shell("review", str(tmp_path)).code == 0
    (tmp_path / "bad.py").write_text("x = (\n")
    done = shell("review", str(tmp_path))
    assert done.code == 5 and "not read: bad.py" in done.err
    assert shell("review --select RSC999", str(tmp_path)).code == 2
    assert shell("review", str(tmp_path / "nowhere")).code == 2
    assert shell("review").code == 2


def test_what_is_left_out(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "app.py").write_text(HARM)
    assert shell("review --exclude app.py", str(tmp_path)).code == 4
    assert shell("review --ignore deser", str(tmp_path)).code == 0


def test_what_was_found_is_kept_unless_it_shall_not_be(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "app.py").write_text(HARM)
    assert shell("review --no-cache", str(tmp_path)).code == 1
    assert not (tmp_path / "kept").exists()
    first = shell("review", str(tmp_path))
    assert len(list((tmp_path / "kept" / "rescind" / "review").glob("*.json"))) == 1
    assert shell("review", str(tmp_path)) == first
    shell("review --jobs 1 --cache-dir", str(tmp_path / "mine"), str(tmp_path))
    assert len(list((tmp_path / "mine").glob("*.json"))) == 1


@pytest.mark.long
def test_a_bar_on_a_terminal(tmp_path: Path, shell: Shell) -> None:
    """It is gone when the findings are shown, and a name of a file is no markup."""
    (tmp_path / "[red]app.py").write_text(HARM)
    done = shell.terminal("review --no-cache", str(tmp_path), COLUMNS="80")
    assert (
        "1/1 [red]app.py" in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", done.out)
        and "1 finding in 1 file" in done.out
    )


def test_the_bar_leaves_forking_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    before = threading.active_count()
    with progress() as told:
        assert told is not None
        told("app.py", 1, 2)
        assert threading.active_count() == before


def test_formats(tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text(HARM)
    done = shell("review --format sarif", str(tmp_path))
    (run,) = done.object["runs"]
    assert (done.code, len(run["results"])) == (1, 1)
    done = shell("review --format github", str(tmp_path))
    assert done.code == 1 and done.out.startswith("::error file=app.py,line=7,")


def test_a_baseline(tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written, then nothing is new; what is mended is said, and a folder of elsewhere changes nothing."""
    monkeypatch.chdir(tmp_path)
    app = tmp_path / "src" / "app.py"
    app.parent.mkdir()
    app.write_text(HARM)
    assert shell("review src --baseline known.json").code == 2
    assert shell("review src --update-baseline").code == 2
    done = shell("review src --baseline known.json --update-baseline")
    assert done.code == 0 and "known.json: 1 finding known" in done.err
    app.write_text(f"# a line\n{HARM}")
    done = shell("review src --baseline known.json")
    assert done.code == 0 and "0 findings in 1 file, 9 lines, 1 known" in done.out
    assert shell("review --baseline known.json", str(tmp_path)).code == 0
    app.write_text("")
    done = shell("review src --baseline known.json")
    assert done.code == 0 and "gone: RSC101 src/app.py" in done.err
    shell("review src --baseline known.json --update-baseline")
    app.write_text(HARM)
    assert shell("review src --baseline known.json").code == 1


def test_what_is_written_down_and_what_goes_before(
    tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text(HARM)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.rescind.review]\npaths = ["app.py"]\nignore = ["RSC101"]\n'
    )
    assert shell("review").code == 0
    assert shell("review --ignore RSC2").code == 1
    (tmp_path / "rescind.toml").write_text('[review]\nignore = ["RSC102"]\n')
    assert shell("review").code == 1
    (tmp_path / "rescind.toml").write_text("[review]\nignored = []\n")
    done = shell("review")
    assert done.code == 2 and "did you mean ignore?" in done.err


@pytest.fixture
def branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose branch has one finding that ``origin/main`` has not, and one that it has."""
    folder = tmp_path / "repository"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "old.py").write_text(HARM)
    monkeypatch.chdir(folder)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for words in ("init -q", "add .", "commit -qm first", "update-ref refs/remotes/origin/main HEAD"):
        subprocess.run(["git", *identity, *words.split()], check=True)
    (folder / "src" / "app.py").write_text(HARM.replace("view", "new"))
    return folder


def test_the_hook_for_pre_commit(branch: Path, shell: Shell) -> None:
    """What it runs is a command of ours, and looks at the whole project: files alone would say too little."""
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    (entry,) = re.findall(r"^  entry: rescind (review.*)$", hook, re.MULTILINE)
    assert hook.count("pass_filenames: false") == hook.count("- id:")
    page = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
    (args,) = re.findall(r"id: rescind-review\n +args: \[(.*)\]", page)
    done = shell(entry, *(word.strip().strip('"') for word in args.split(",")))
    assert done.code == 1 and "src" not in done.err and "app.py:7" in done.out and "old.py" not in done.out


def test_the_recipe_for_ci(branch: Path, shell: Shell) -> None:
    """The page's own line, on a pull request that brings one finding."""
    page = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"- run: rescind (review .*)$", page, re.MULTILINE)
    done = shell(line.replace("${{ github.base_ref }}", "main"))
    assert done.code == 1
    assert [each.partition(",")[0] for each in done.out.splitlines() if each.startswith("::")] == [
        "::error file=src/app.py"
    ]


COOKIE = "def login(resp, sid):\n    resp.set_cookie('sid', sid)\n"


def test_fix_writes_and_reviews_again(tmp_path: Path, shell: Shell) -> None:
    file = tmp_path / "app.py"
    file.write_text(COOKIE)
    would = shell("review --no-cache --fix --dry-run", str(file))
    assert would.code == 1 and file.read_text() == COOKIE
    assert "+    resp.set_cookie('sid', sid, secure=True" in would.out
    assert "would mend 1 finding in 1 file" in would.err
    done = shell("review --no-cache --fix", str(file))
    assert done.code == 0 and "mended 1 finding in 1 file" in done.err
    assert "httponly=True" in file.read_text()


def test_fix_leaves_what_a_baseline_has(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "app.py").write_text(COOKIE)
    words = (str(tmp_path), "--no-cache", "--baseline", str(tmp_path / "known.json"))
    assert shell("review --update-baseline", *words).code == 0
    assert "mended 0 findings" in shell("review --fix", *words).err
    assert (tmp_path / "app.py").read_text() == COOKIE
    assert shell("review --update-baseline --fix", *words).code == 2
    assert shell("review --dry-run", str(tmp_path)).code == 2
