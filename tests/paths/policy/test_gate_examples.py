"""The example applications hold the policies beside them, and a planted regression does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rescind.paths.map import draw
from rescind.paths.policy.configuration import policy_of
from rescind.paths.policy.gate import Verdict, judge
from rescind.paths.policy.selector import with_audiences
from rescind.paths.saved import read_map

pytestmark = pytest.mark.long  # a small version of both is in tests/cli/test_paths_policy.py

ROOT = Path(__file__).parents[3]
NAMES = ("flask_app", "fastapi_app", "fastapi_tokens", "django_app")
VIEWS = {"django_app": "views.py"}
"""Where the views of each are, unless in main.py."""
SIGNED = """
def remembered(view):
    from functools import wraps
    from flask import abort, session

    @wraps(view)
    def guarded(*args, **given):
        if "person" not in session:
            abort(401)
        return view(*args, **given)

    return guarded


@pages.get("/api/notes")
@remembered
"""
# What somebody breaks there, and what the gate says of it.
PLANTED = [
    ("flask_app", '@auth.require(role="admin")\n', "", ("unprotected", "/people")),
    (
        "flask_app", '@pages.get("/api/notes")\n@auth.require()\n', SIGNED, ("too-slow", "/api/notes"),
    ),
    (
        "fastapi_app", "user_id: int, session: Admin", "user_id: int, session: MaybeSession",
        ("worse", "/people/{user_id}/leave"),
    ),
    (
        "django_app", "@require()\nasync def stream", "async def stream",
        ("unprotected", "/api/notes/stream"),
    ),
]  # fmt: skip


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_NOTES", str(tmp_path / "notes.db"))
    monkeypatch.setenv("FLASK_RESCIND_URL", "memory://")
    monkeypatch.setenv("RESCIND_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz")


def judged(folder: Path, name: str) -> Verdict:
    policy = policy_of(folder / "examples" / name / "rescind.toml")
    assert policy.target is not None
    found = with_audiences(draw(policy.target, folder), policy.audiences)
    assert found.notes == ()
    return judge(found, policy, None if policy.baseline is None else read_map(policy.baseline, "baseline")[0])


@pytest.mark.parametrize("name", NAMES)
def test_it_holds_its_policy(name: str) -> None:
    verdict = judged(ROOT, name)
    assert [(each.kind, each.route.path, each.found) for each in verdict.failures] == []
    assert verdict.remarks == ()


@pytest.mark.parametrize(("name", "whole", "broken", "said"), PLANTED)
def test_a_planted_regression_fails(
    name: str, whole: str, broken: str, said: tuple[str, str], tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    views = tmp_path / "examples" / name / VIEWS.get(name, "main.py")
    assert views.read_text().count(whole) == 1
    views.write_text(views.read_text().replace(whole, broken))
    verdict = judged(tmp_path, name)
    assert {each.route.path for each in verdict.failures} == {said[1]}
    assert said[0] in {each.kind for each in verdict.failures}
    assert all(each.where.startswith(f"examples/{name}/{views.name}:") for each in verdict.failures)
