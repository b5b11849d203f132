"""The map of sites of Django against the drill on real servers with two workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.drill.applications import serving
from tests.paths.measuring import APPLICATIONS
from tests.predicted.test_running_applications import held, lied, plan_of, seen

from rescind.drill.plan import Capture, Copy, End, Plan, SignIn, Step
from rescind.paths.map import draw

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
PASSWORD = "plum-tractor-nine-lamps"
SECRETS = {"DRILL_PASSWORD": PASSWORD}
ALICE = (
    "import django; django.setup(); from django.contrib.auth import get_user_model;"
    f" get_user_model().objects.create_superuser('alice', password={PASSWORD!r})"
)
SESSION = Copy(cookies=("sessionid",))


def by_form(plan: Plan) -> Plan:
    """Sign-in and sign-out of the example, by its pages."""
    csrf = {"csrf": Capture(cookie="csrftoken")}
    token = {"csrfmiddlewaretoken": "{csrf}"}
    person = {"username": "{user}", "password": "{password}", **token}
    steps = (Step(get="/sign-in", capture=csrf), Step(post="/sign-in", form=person, expect=302, capture=csrf))
    end = End(name="sign out", steps=(Step(post="/sign-out", form=token, expect=(200, 302)),))
    target = msgspec.structs.replace(plan.target, timeout="8s")  # passwords are hashed as Django does
    return msgspec.structs.replace(plan, target=target, sign_in=SignIn(steps=steps, copy=SESSION), end=(end,))


def by_json(plan: Plan) -> Plan:
    """Those of the small applications, which have no page that gives a token against forged requests."""
    own = {"Cookie": f"csrftoken={'c' * 32}", "X-CSRFToken": "c" * 32}
    person = {"user": "{user}", "password": "{password}"}
    steps = (Step(post="/login", json=person, headers=own, expect=204),)
    end = End(name="sign out", steps=(Step(get="/logout", expect=204),))
    return msgspec.structs.replace(plan, sign_in=SignIn(steps=steps, copy=SESSION), end=(end,))


@pytest.fixture
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A small application: its name, and the address of a server with two workers."""
    folder = APPLICATIONS / "of_django" / request.param
    settings = {
        "DJANGO_SETTINGS_MODULE": "settings",
        "PLACE": str(tmp_path),
        "PYTHONPATH": f"{folder}:{ROOT}",
    }
    serving.run("-m", "django", "migrate", "--verbosity", "0", folder=tmp_path, environment=settings)
    serving.run("-c", ALICE, folder=tmp_path, environment=settings)
    how = ("--threads", "4", "--pythonpath", str(folder))
    with serving.wsgi("django.core.wsgi:get_wsgi_application()", tmp_path, settings, how=how) as base:
        yield request.param, base


def test_the_example_ends_as_the_map_says(tmp_path: Path) -> None:
    settings = {
        "DJANGO_SETTINGS_MODULE": "examples.django_app.settings", "DATABASE": str(tmp_path / "app.db"),
        "SECRET_KEY": "x" * 50,
    }  # fmt: skip
    serving.run("-m", "django", "migrate", "--verbosity", "0", folder=tmp_path, environment=settings)
    serving.run("-c", ALICE, folder=tmp_path, environment=settings)
    drawn = draw("examples.django_app.settings", ROOT)
    with serving.wsgi("examples.django_app.served:wsgi", tmp_path, settings) as base:
        found = held(drawn, by_form(plan_of("django", base)), SECRETS)
    assert {"/", "/people", "/auth/session", "/admin/"} <= set(seen(found))
    assert set().union(*seen(found).values()) == {"agrees"} and found.exit_code == 0


@pytest.mark.parametrize("small", ["session_db", "rescind_row"], indirect=True)
def test_what_is_looked_up_ends_as_the_map_says(small: tuple[str, str]) -> None:
    name, base = small
    found = held(
        draw("settings", APPLICATIONS / "of_django" / name), by_json(plan_of("django", base)), SECRETS
    )
    assert seen(found)["/me"] == {"agrees"} and found.exit_code == 0


@pytest.mark.parametrize("small", ["session_signed"], indirect=True)
def test_a_signed_cookie_lives_on_and_a_map_that_denies_it_is_contradicted(small: tuple[str, str]) -> None:
    name, base = small
    drawn = draw("settings", APPLICATIONS / "of_django" / name)
    plan = by_json(plan_of("django", base))
    truth, lie = held(drawn, plan, SECRETS), held(lied(drawn), plan, SECRETS)
    assert seen(truth)["/me"] == {"agrees"} and truth.exit_code == 0
    assert seen(lie)["/me"] == {"slower"} and lie.exit_code == 1
