"""A review with kept findings is the review without them, after any edit and beside other runs."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rescind.review import cache as caching
from rescind.review import review, run, work
from rescind.review.run import Wanted

SINK = "import pickle\n\ndef load(data):\n    return pickle.loads(data)\n"
VIEW = (
    "from flask import request\nfrom shop.store import load\n\ndef cart():\n    return load(request.data)\n"
)
HARM = "import pickle\nfrom flask import request\n\ndef view():\n    return pickle.loads(request.data)"
# What one file may say of another: a sink, who calls it and with what, where names come from, what is not
# text, not Python, or excused.
TEXTS = (
    SINK,
    VIEW,
    SINK.replace("pickle.loads(data)", "data"),
    VIEW.replace("request.data", "b''"),
    "from shop.other import load\n",
    "from .store import *\n",
    f"{HARM}\n",
    f"\n{HARM}  # rescind: ignore[RSC101] ours\n",
    f"{HARM}  # rescind: ignore[RSC101]\n",
    "x = (\n",
    "# \xff\n",
    "",
)
NAMES = (
    "shop/__init__.py",
    "shop/store.py",
    "shop/views.py",
    "shop/other.py",
    "tests/shop.py",
    "a.ipynb",
    "shop.py",
)
Edit = tuple[str, str | None]
EDITS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.none() | st.sampled_from(TEXTS)), min_size=1, max_size=4
)


def told(folder: Path, cache: Path | None, **wanted: object) -> dict[str, object]:
    return review(folder, cache=cache, wanted=Wanted(**wanted)).to_dict("1")  # type: ignore[arg-type]


def write(folder: Path, edits: list[Edit]) -> None:
    for name, text in edits:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(text.encode("latin-1"))


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    write(folder, [("shop/__init__.py", ""), ("shop/store.py", SINK), ("shop/views.py", VIEW)])
    return folder


def never(*_: object) -> None:
    raise AssertionError("looked at again")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EDITS, min_size=2, max_size=6), st.sampled_from([(), ("RSC101",), ("RSC2",)]))
def test_after_any_edits_a_warm_review_is_a_cold_one(
    steps: list[list[Edit]], select: tuple[str, ...]
) -> None:
    """The invariant, for whatever edits."""
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name) / "app", Path(name) / "cache"
        folder.mkdir()
        for edits in [*steps, *steps]:
            write(folder, edits)
            cold = told(folder, None, select=select)
            assert told(folder, cache, select=select) == cold
            assert told(folder, cache, select=select) == cold


def test_what_did_not_change_is_not_looked_at(
    app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold = told(app, tmp_path / "cache")
    assert cold["findings"]
    monkeypatch.setattr(run, "look_at", never)
    assert told(app, tmp_path / "cache") == cold
    assert told(app, tmp_path / "cache", severity="critical", confidence="high") == cold  # the same findings
    with pytest.raises(AssertionError, match="again"):
        told(app, tmp_path / "cache", select=("RSC101",))


@pytest.mark.parametrize("name", ["a.py", "b.py", "shop/__init__.py"])
def test_every_file_counts_and_so_does_its_name(tmp_path: Path, name: str) -> None:
    """A key that leaves a file out, or the files' names, breaks it."""
    app, cache = tmp_path / "app", tmp_path / "cache"
    app.mkdir()
    write(app, [(each, HARM) for each in ("a.py", "b.py", "shop/__init__.py")])
    assert told(app, cache) == told(app, None)
    (app / name).rename(app / name.replace("a.py", "aa.py").replace("b.py", "bb.py").replace("__init__", "c"))
    assert told(app, cache) == told(app, None)
    write(app, [(name, "")])
    assert told(app, cache) == told(app, None)
    write(app, [(name, f"\n{HARM}")])
    assert told(app, cache) == told(app, None)


def test_a_caller_elsewhere_counts(app: Path, tmp_path: Path) -> None:
    """The file with the finding stays as it is; what makes it one is in another."""
    assert told(app, tmp_path / "cache")["findings"]
    write(app, [("shop/views.py", VIEW.replace("request.data", "b''"))])
    assert not told(app, tmp_path / "cache")["findings"]
    write(app, [("shop/views.py", VIEW)])
    assert told(app, tmp_path / "cache")["findings"]


@pytest.mark.parametrize("what", ["of_code", "version", "recursion"])
def test_other_rules_and_another_python_look_again(
    app: Path, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(app, tmp_path / "cache")
    if what == "of_code":
        monkeypatch.setattr(caching, "of_code", lambda: "other")
    elif what == "version":
        monkeypatch.setattr(sys, "version", "4.0")
    else:
        monkeypatch.setattr(sys, "getrecursionlimit", lambda: 10_000)
    monkeypatch.setattr(run, "look_at", never)
    with pytest.raises(AssertionError, match="again"):
        told(app, tmp_path / "cache")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_broken_is_as_if_it_were_not_there(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        cache = caching.Cache(Path(name))
        kept = caching.Kept((), ())
        cache.store("k", kept)
        path = Path(name) / "k.json"
        whole = path.read_bytes()
        assert cache.load("k") == kept
        at = data.draw(st.integers(0, len(whole) - 1))
        broken = data.draw(
            st.sampled_from([whole[:at], whole[:at] + b"\xff" + whole[at + 1 :], whole + b" ", b""])
        )
        path.write_bytes(broken)
        assert cache.load("k") is None
        path.write_bytes(data.draw(st.binary(max_size=200)))
        assert cache.load("k") is None
        for text in (b"[]", b"{", b'{"findings": 1}', b"[" * 3_000, b'{"findings": [], "unread": [[1]]}'):
            path.write_bytes(f"{caching.said('k', text)}\n".encode() + text)
            assert cache.load("k") is None


def test_an_answer_under_the_name_of_another_is_not_taken(tmp_path: Path) -> None:
    cache = caching.Cache(tmp_path)
    cache.store("a", caching.Kept((), ()))
    shutil.copy(tmp_path / "a.json", tmp_path / "b.json")
    assert cache.load("b") is None


def test_runs_beside_each_other(app: Path, tmp_path: Path) -> None:
    cold = told(app, None)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: told(app, tmp_path / "cache"), range(8))) == [cold] * 8
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".json"]


def test_there_are_never_too_many(tmp_path: Path) -> None:
    cache = caching.Cache(tmp_path)
    for number in range(caching.MOST + 3):
        cache.store(f"k{number}", caching.Kept((), ()))
        os.utime(tmp_path / f"k{number}.json", (number, number))
    assert len(list(tmp_path.iterdir())) == caching.MOST
    assert cache.load("k0") is None and cache.load(f"k{caching.MOST + 2}") is not None


def test_a_folder_that_cannot_be_written_to(app: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert told(app, tmp_path / "file" / "below")["findings"]


def test_files_outside_of_the_root_are_not_kept(app: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    done = review(app, root=other, cache=tmp_path / "cache")
    assert done.findings and not (tmp_path / "cache").exists()


def test_names_and_texts_that_are_no_unicode(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text(f"{HARM}\n")
    cold = told(tmp_path, None)
    assert told(tmp_path, tmp_path / "cache") == told(tmp_path, tmp_path / "cache") == cold
    assert json.dumps(cold)


def test_what_is_too_deep_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "deep.py").write_text(
        "x = " + "(" * 5_000 + ")" * 5_000 + "\n" + "y = " + "-" * 99_999 + "1\n"
    )
    assert told(tmp_path, tmp_path / "cache")["unread"] == told(tmp_path, None)["unread"]


def test_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert caching.usual_folder() == tmp_path / "rescind" / "review"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # which the standard says to ignore
    assert str(caching.usual_folder()).endswith("/.cache/rescind/review")
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError))
    assert caching.usual_folder() is None


def test_text_and_digest_are_of_the_same_bytes(
    app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is edited while it is reviewed: what is kept is kept for what was read."""
    real = work.look_at

    def edits(*given: object) -> object:
        write(app, [("shop/views.py", VIEW.replace("request.data", "b''"))])
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "look_at", edits)
    told(app, tmp_path / "cache")
    monkeypatch.setattr(run, "look_at", real)
    assert told(app, tmp_path / "cache") == told(app, None)
