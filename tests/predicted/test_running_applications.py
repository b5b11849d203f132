"""The map of applications against the drill on real servers with two workers: what it says is what is seen,
and a wrong word in it is a contradiction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.drill.applications import serving
from tests.drill.test_recipes import SECRETS
from tests.examples.test_fastapi_app import ADA as ADA_OF_FASTAPI
from tests.examples.test_fastapi_app import workers
from tests.examples.test_flask_app import ADA as ADA_OF_FLASK

from rescind.drill import recipes
from rescind.drill.plan import End, Plan, Run, SignIn, Step
from rescind.drill.read import read
from rescind.paths.map import draw
from rescind.paths.model import Behaviour, Map
from rescind.predicted.running import Held, hold

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
FLASK_LOGIN = "tests.drill.applications.flask_login_app"


def plan_of(recipe: str, base: str, **more: object) -> Plan:
    plan = read(recipes.text(recipe))
    target = msgspec.structs.replace(plan.target, bases=(base,), rate=60.0, timeout="2s")
    return msgspec.structs.replace(plan, target=target, run=Run(trials=1, watch="500ms"), **more)


def held(drawn: Map, plan: Plan, environ: Mapping[str, str]) -> Held:
    return asyncio.run(hold(drawn, plan, environ=environ))


def seen(found: Held) -> dict[str, set[str]]:
    """What was said of each route that was measured, of all ends."""
    measured = [each for each in found.judged if each.figures is not None]
    return {each.route.path: {one.agrees for one in measured if one.route == each.route} for each in measured}


def lied(drawn: Map) -> Map:
    """As it would be if somebody had taken each credential for one that ends at once."""
    at_once = Behaviour("immediate", "somebody said so")
    credentials = {name: replace(each, on_revoke=at_once) for name, each in drawn.credentials.items()}
    return replace(drawn, credentials=credentials)


def test_flask_login_lives_on_as_the_map_says_and_a_map_that_denies_it_is_contradicted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", SECRETS["SECRET"])
    drawn = draw(f"{FLASK_LOGIN}:app", ROOT)
    account = next(route for route in drawn.routes if route.path == "/account")
    assert account.worst_revocation.kind in {"expiry", "never"}
    with serving.wsgi(f"{FLASK_LOGIN}:application", tmp_path, SECRETS) as base:
        plan = plan_of("flask-login", base)
        truth = held(drawn, plan, SECRETS)
        assert seen(truth) == {"/account": {"agrees"}} and truth.exit_code == 0
        lie = held(lied(drawn), plan, SECRETS)
    assert seen(lie) == {"/account": {"slower"}} and lie.exit_code == 1
    assert "predicted" in str(lie.to_dict("1")) and SECRETS["DRILL_PASSWORD"] not in str(lie.to_dict("1"))


def test_the_fastapi_example_ends_as_the_map_says(tmp_path: Path) -> None:
    drawn = draw("examples.fastapi_app.main:app", ROOT)
    environ = {"DRILL_PASSWORD": ADA_OF_FASTAPI["password"]}
    with workers(f"sqlite:///{tmp_path / 'app.db'}", 2) as address:
        found = held(drawn, plan_of("rescind", f"http://{address}"), environ)
    assert {"/me", "/auth/session", "/auth/sessions"} <= set(seen(found))
    assert set().union(*seen(found).values()) == {"agrees"} and found.exit_code == 0
    said = {each.route.path: each.says for each in found.judged if each.figures is None}
    assert said["/"].startswith("it lets in without the copy")
    assert said["/events"].startswith("no answer")


def test_the_flask_example_ends_as_the_map_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "FLASK_RESCIND_URL": f"sqlite:///{tmp_path / 'app.db'}", "FLASK_NOTES": str(tmp_path / "notes.db"),
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    adding = ["add-person", ADA_OF_FLASK["name"], "--role", "admin", "--password", ADA_OF_FLASK["password"]]
    serving.run(
        "-m", "flask", "--app", "examples.flask_app.main", *adding, folder=tmp_path, environment=settings
    )
    drawn = draw("examples.flask_app.main:create_app", ROOT)
    person = {"name": "{user}", "password": "{password}"}
    with serving.wsgi("examples.flask_app.main:create_app()", tmp_path, settings) as base:
        plan = plan_of("rescind", base)
        steps = (Step(post="/sign-in", form=person, expect=303),)
        plan = msgspec.structs.replace(
            plan,
            sign_in=SignIn(steps=steps, copy=plan.sign_in.copy),
            end=(End(name="sign out", steps=(Step(post="/auth/sign-out", expect=(200, 204)),)),),
        )
        found = held(drawn, plan, {"DRILL_PASSWORD": ADA_OF_FLASK["password"]})
    assert {"/", "/people", "/api/notes"} <= set(seen(found))
    assert set().union(*seen(found).values()) == {"agrees"} and found.exit_code == 0
