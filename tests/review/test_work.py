"""Several processes find what one finds, in any order, whatever becomes of them."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest
from tests.reading.written import project

from rescind.reading import Project, read
from rescind.review import Finding, rules, work
from rescind.review.look import Shared

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


def alone(made: Project) -> list[list[Finding]]:
    return work.look_at(Project([each.path for each in made.modules], made.root), rules())


@pytest.mark.parametrize("forked", [True, pytest.param(False, marks=pytest.mark.long)])
def test_processes_find_what_one_finds(shop: Project, forked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "forks", lambda: forked)
    told: list[tuple[int, int]] = []
    found = work.look_at(shop, rules(), 3, lambda _file, done, total: told.append((done, total)))
    assert sum(map(len, found)) == 10
    assert found == alone(shop)
    assert told == [(n, 12) for n in range(1, 13)]
    assert multiprocessing.active_children() == []


def test_what_a_process_did_not_tell_is_looked_at(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is ended for want of memory says nothing."""
    monkeypatch.setattr(work, "forks", lambda: True)
    here = os.getpid()
    real = work.of_module

    def killed(module: object, *rest: object) -> list[Finding]:
        if os.getpid() != here and "part" in module.file:  # type: ignore[attr-defined]
            os._exit(9)
        return real(module, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "of_module", killed)
    assert work.look_at(shop, rules(), 2) == alone(shop)


def test_a_defect_of_a_rule_is_not_hidden(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "forks", lambda: True)

    def broken(*_: object) -> list[Finding]:
        raise ZeroDivisionError

    monkeypatch.setattr(work, "of_module", broken)
    with pytest.raises(ZeroDivisionError):
        work.look_at(shop, rules(), 2)
    assert multiprocessing.active_children() == []


def test_a_process_that_read_something_else_is_not_listened_to(shop: Project) -> None:
    job = work.Job([str(each.path) for each in shop.modules], str(shop.root), work.contents(shop))
    assert work.reread(job) is not None
    (shop.root / "shop" / "views.py").write_text("")
    assert work.reread(job) is None


def in_order(folder: Path, *, backwards: bool) -> dict[str, list[Finding]]:
    made = read(folder)
    shared = Shared(made)
    modules = made.modules[::-1] if backwards else made.modules
    return {each.file: work.of_module(each, shared, rules()) for each in modules}


@pytest.mark.parametrize(
    "folder", sorted(path for path in SEEN.iterdir() if path.is_dir())[:12], ids=lambda path: path.name
)
def test_the_order_does_not_matter(folder: Path) -> None:
    assert in_order(folder, backwards=True) == in_order(folder, backwards=False)
