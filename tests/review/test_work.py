"""Several processes find what one finds, in any order, whatever becomes of them."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.reading.written import project

from rescind.reading import Project, read
from rescind.review import Finding, review, room, rules, work
from rescind.review.look import Look, Shared
from rescind.review.rule import Rule

SEEN = Path(__file__).parent / "corpus" / "seen"
FILES = {
    "shop/__init__.py": "",
    "shop/store.py": "import pickle\n\ndef load(data):\n    return pickle.loads(data)\n",
    "shop/views.py": "from flask import request\nfrom shop.store import load\n\n"
    "def cart():\n    return load(request.data)\n",
    **{f"shop/part{n}.py": f"import pickle\nfrom flask import request\n\ndef view{n}():\n"
       f"    return pickle.loads(request.cookies['c{n}'].encode())\n" for n in range(9)},
}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(work, "SMALL", 0)
    return project(tmp_path, FILES)


def alone(made: Project) -> list[work.Looked]:
    return work.look_at(Project([each.path for each in made.modules], made.root), rules())


@pytest.mark.parametrize("forked", [True, pytest.param(False, marks=pytest.mark.long)])
def test_processes_find_what_one_finds(shop: Project, forked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "forks", lambda: forked)
    told: list[tuple[int, int]] = []
    found = work.look_at(shop, rules(), 3, lambda _file, done, total: told.append((done, total)))
    assert sum(len(each.findings) for each in found) == 10
    assert found == alone(shop)
    assert told == [(n, 12) for n in range(1, 13)]
    assert multiprocessing.active_children() == []


def test_what_is_of_the_whole_project_is_made_before_processes_part(
    shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    (first, second) = rules()[:2]

    def prepare(self: Rule, look: Look) -> None:
        made.append(os.getpid())
        raise RuntimeError  # what fails here is met, and said, where the rule itself asks

    monkeypatch.setattr(work, "forks", lambda: True)
    monkeypatch.setattr(type(second), "prepare", prepare)
    found = work.look_at(shop, [first, second], 3)
    assert made == [os.getpid()]
    assert found == work.look_at(shop, [first, second])


def test_what_a_process_did_not_tell_is_looked_at(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is ended for want of memory says nothing."""
    monkeypatch.setattr(work, "forks", lambda: True)
    here = os.getpid()
    real = work.of_module

    def killed(module: object, *rest: object) -> work.Looked:
        if os.getpid() != here and "part" in module.file:  # type: ignore[attr-defined]
            os._exit(9)
        return real(module, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "of_module", killed)
    assert work.look_at(shop, rules(), 2) == alone(shop)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("error", "why"),
    [
        (RecursionError("key-81f2"), "nested too deeply"),
        (MemoryError(), "nested too deeply"),
        (KeyError("key-81f2"), "a defect of rescind, KeyError in test_work.py:"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_rule_that_fails_is_said_and_the_others_look(
    shop: Project, jobs: int, error: Exception, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "forks", lambda: True)
    wanted = work.look_at(shop, rules())
    failing = next(rule for rule in rules() if rule.number == "RSC201")
    real = type(failing).check

    def check(self: Rule, look: Look) -> Iterator[Finding]:
        yield from real(failing, look)
        if look.module.file == "shop/part3.py":
            raise error

    monkeypatch.setattr(type(failing), "check", check)
    done = work.look_at(shop, rules(), jobs)
    assert [each.findings for each in done] == [each.findings for each in wanted]
    (unread,) = [each for some in done for each in some.failed]
    assert unread.file == "shop/part3.py"
    assert unread.why.startswith(f"RSC201 did not look to the end: {why}")
    assert "81f2" not in unread.why
    assert multiprocessing.active_children() == []


def test_what_is_deeper_than_a_rule_can_go_is_said_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names of what is called one after the other are told by going down as far as it goes."""
    deep = "token" + ".strip()" * 300
    app, cache = tmp_path / "app", tmp_path / "cache"
    app.mkdir()
    (app / "app.py").write_text(f"def same(token, given):\n    return {deep} == given\n")
    monkeypatch.setattr(room, "DEEPEST", 0)
    told = []
    for limit in (400, 12_000):
        was = sys.getrecursionlimit()
        sys.setrecursionlimit(limit)
        try:
            told.append(review(app, root=app, cache=cache))
        finally:
            sys.setrecursionlimit(was)
    assert ["nested too deeply" in each.why for each in told[0].unread] == [True]
    assert told[0].unread[0].file == "app.py" and "RSC301" in told[0].unread[0].why
    assert [each.rule for each in told[1].findings] == ["RSC301"] and told[1].unread == ()
    assert len(list(cache.iterdir())) == 1, "what a rule did not look at is not kept"


def test_a_process_that_read_something_else_is_not_listened_to(shop: Project) -> None:
    job = work.Job([str(each.path) for each in shop.modules], str(shop.root), work.contents(shop))
    assert work.reread(job) is not None
    (shop.root / "shop" / "views.py").write_text("")
    assert work.reread(job) is None


def in_order(folder: Path, *, backwards: bool) -> dict[str, work.Looked]:
    made = read(folder)
    shared = Shared(made)
    modules = made.modules[::-1] if backwards else made.modules
    return {each.file: work.of_module(each, shared, rules()) for each in modules}


@pytest.mark.parametrize(
    "folder", sorted(path for path in SEEN.iterdir() if path.is_dir())[::3], ids=lambda path: path.name
)
def test_the_order_does_not_matter(folder: Path) -> None:
    assert in_order(folder, backwards=True) == in_order(folder, backwards=False)
