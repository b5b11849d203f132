"""What `--fix` mends is found no more, nothing else is changed, and nothing is changed twice."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from rescind.review import review
from rescind.review.mending import Change, mend

FIXTURES = Path(__file__).parent / "fixtures"
HEAD = "from flask import request\nimport hashlib\nimport hmac\nimport yaml\n\nKEY = b'k'\nTOKENS = {}\n\n"
MADE = {"MAC": "hmac.new(KEY, b'', 'sha256').hexdigest()", "BYTES": "hmac.digest(KEY, b'', 'sha256')",
        "SENT": "request.headers['X-Sig']", "MAYBE": "request.headers.get('X-Sig')",
        "FLAGS": 'secure=True, httponly=True, samesite="Lax"'}  # fmt: skip
OFF = "RESP.set_cookie(\n        'sid',\n        SID,  # é\n        secure=False,\n    )"
# The body of a handler, before and after; None: it is left.
CASES: dict[str, tuple[str, str | None]] = {
    "bytes and anything": ("return request.data == BYTES", None),
    "bytes": ("x = SENT.encode()\n    return x == BYTES", "x = SENT.encode()\n    return SAME(x, BYTES)"),
    "text that may be no ASCII": ("return SENT == MAC", "return SAME(SENT.encode(), MAC.encode())"),
    "perhaps not there": ("return MAYBE == MAC", None),
    "not equal": ("wrong = (MAYBE or '') != MAC", "wrong = not SAME((MAYBE or '').encode(), MAC.encode())"),
    "in a sum": ("return 1 + (SENT != MAC)", "return 1 + (not SAME(SENT.encode(), MAC.encode()))"),
    "a comment inside": ("return (SENT  # given\n        == MAC)", None),
    "yaml": ("return yaml.load(request.data, Loader=yaml.Loader)", "return yaml.safe_load(request.data)"),
    "all of yaml": ("return yaml.unsafe_load_all(request.data)", "return yaml.safe_load_all(request.data)"),
    "a loader of one's own": ("return yaml.load(request.data, Loader=Own)", None),
    "no flags": ("RESP.set_cookie('sid', SID, path='/',)", "RESP.set_cookie('sid', SID, path='/', FLAGS,)"),
    "flags off": (
        OFF,
        OFF.replace("False", 'True,\n        httponly=True,\n        samesite="Lax"'),
    ),
    "flags from elsewhere": ("RESP.set_cookie('sid', SID, **OPTIONS)", None),
    "excused": ("RESP.set_cookie('sid', SID)  # rescind: ignore[RSC601] set by the proxy", None),
}  # fmt: skip


def written(body: str) -> str:
    made = MADE | {"SAME": "hmac.compare_digest", "RESP": "request.resp", "SID": "request.sid"}
    for name, text in made.items():
        body = body.replace(name, text)
    return f"{HEAD}def login():\n    {body}\n"


def changes_of(*paths: Path, root: Path) -> list[Change]:
    return mend(review(*paths, root=root))[0]


@pytest.mark.parametrize("name", CASES)
def test_before_and_after(name: str, tmp_path: Path) -> None:
    before, after = CASES[name]
    file = tmp_path / "app.py"
    file.write_text(written(before), encoding="utf-8")
    changes = changes_of(tmp_path, root=tmp_path)
    if after is None:
        assert changes == []
        return
    (change,) = changes
    assert change.after.decode() == written(after)
    found = {(each.rule, each.line) for each in review(tmp_path, root=tmp_path).findings}
    assert change.write() and change.mended == 1
    left = {each.rule for each in review(tmp_path, root=tmp_path).findings}
    assert len(found) == len(left) + 1 and left <= {rule for rule, _ in found}
    assert changes_of(tmp_path, root=tmp_path) == []


@pytest.mark.parametrize("rule", ["RSC102", "RSC301", "RSC601"])
def test_of_all_fixtures_what_is_mended_is_gone_and_nothing_comes(rule: str, tmp_path: Path) -> None:
    for file in (FIXTURES / rule).rglob("*.py"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = review(tmp_path, root=tmp_path)
    changes = mend(before)[0]
    assert all(each.write() for each in changes)
    after = review(tmp_path, root=tmp_path)
    assert len(before.findings) - len(after.findings) == sum(each.mended for each in changes)
    assert {(each.rule, each.file) for each in after.findings} <= {
        (each.rule, each.file) for each in before.findings
    }
    assert mend(after)[0] == []


def test_the_import_is_added_behind_the_docstring_and_the_future(tmp_path: Path) -> None:
    text = (
        '"""About."""\n\nfrom __future__ import annotations\n\nfrom flask import request\n\n\n'
        "def check(token: str):\n    return request.headers['X-Token'] == token\n"
    )
    (tmp_path / "app.py").write_text(text)
    (change,) = changes_of(tmp_path, root=tmp_path)
    tree = ast.parse(change.after)
    assert [type(each).__name__ for each in tree.body[:2]] == ["Expr", "ImportFrom"]
    assert b"import hmac\n" in change.after and ast.get_docstring(tree) == "About."


def test_where_hmac_is_something_else_nothing_is_done(tmp_path: Path) -> None:
    text = "from flask import request\n\n"
    text += "def check(token: str, hmac):\n    return request.headers['X'] == token\n"
    (tmp_path / "app.py").write_text(text)
    assert review(tmp_path, root=tmp_path).findings
    assert changes_of(tmp_path, root=tmp_path) == []


LINE = "def login(resp, sid):\n    resp.set_cookie('sid', sid)  # é\n"


@pytest.mark.parametrize(
    "data",
    [
        LINE.replace("\n", "\r\n").encode(),
        f"# coding: latin-1\n{LINE}".encode("latin-1"),
        LINE.encode("utf-8-sig"),
        LINE.rstrip().encode(),
        LINE.replace("    ", "\t").encode(),
    ],
    ids=["crlf", "latin-1", "bom", "no newline", "tabs"],
)
def test_all_other_bytes_and_the_permissions_stay(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_bytes(data)
    file.chmod(0o640)
    changes, left = mend(review(tmp_path, root=tmp_path))
    added = b', secure=True, httponly=True, samesite="Lax"'
    if left:  # not written rather than written otherwise
        assert file.read_bytes() == data
        return
    assert changes[0].after.replace(added, b"") == data and changes[0].after != data
    assert changes[0].write() and file.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["app.py"]


def test_what_git_ignores_is_left(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("other.py\n")
    for name in ("app.py", "other.py"):
        (tmp_path / name).write_text(LINE, encoding="utf-8")
    changes, left = mend(review(tmp_path / "app.py", tmp_path / "other.py", root=tmp_path))
    assert [each.file for each in changes] == ["app.py"]
    assert [(each.file, each.why) for each in left] == [("other.py", "git ignores it")]


def test_a_file_that_is_edited_meanwhile_is_left(tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_text(LINE, encoding="utf-8")
    done = review(tmp_path, root=tmp_path)
    (change,) = mend(done)[0]
    file.write_text(f"\n{LINE}", encoding="utf-8")
    assert [each.why for each in mend(done)[1]] == ["it was changed meanwhile"]
    assert not change.write() and file.read_text(encoding="utf-8") == f"\n{LINE}"
    assert [each.name for each in tmp_path.iterdir()] == ["app.py"]


def test_a_file_that_could_not_be_read_wholly_is_left(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"{LINE}\nx = (\n", encoding="utf-8")
    changes, left = mend(review(tmp_path, root=tmp_path))
    assert changes == [] and len(left) <= 1
