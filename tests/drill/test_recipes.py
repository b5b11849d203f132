"""Each recipe against the application it is for: real servers with two workers, and what is known of them.

A signed cookie and a signed token live on after sign-out, because nobody looks anything up; a session that is
read from a database or Redis on every request ends at once, and so does ours.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from tests.drill.applications import serving
from tests.redis_server import Server

from rescind import Rescind
from rescind.drill import recipes
from rescind.drill.plan import Run, WorkerName
from rescind.drill.read import read
from rescind.drill.report import EndFigures, figures
from rescind.drill.run import run

ENDS, LIVES_ON = "ends at once", "lives on"
PASSWORD = "plum-tractor-nine-lamps"
SECRETS = {
    "DRILL_PASSWORD": PASSWORD,
    "DRILL_ADMIN_PASSWORD": PASSWORD,
    "SECRET": "a key of this test that is long enough",
}
HERE = "tests.drill.applications"


def drilled(
    name: str, *bases: str, trials: int = 2, watch: str = "1s", **values: str
) -> tuple[dict[str, str], list[EndFigures]]:
    """What was seen, in one word for each end, and the figures."""
    plan = read(whole(name), f"{name}.toml")
    target = msgspec.structs.replace(
        plan.target, bases=bases, timeout="20s", worker=WorkerName(header="x-worker")
    )
    plan = msgspec.structs.replace(
        plan, target=target, vars={**plan.vars, **values}, run=Run(trials=trials, watch=watch)
    )
    outcome = asyncio.run(run(plan, environ=SECRETS))
    assert outcome.stopped is None
    ends = [figures(end) for end in outcome.ends]
    return {end.name: behaviour(end, trials) for end in ends}, ends


def whole(name: str) -> str:
    """The recipe with the tables that stand in it as comments."""
    before, mark, after = recipes.text(name).partition("# [[end]]")
    return before + re.sub(r"^# ?", "", mark + after, flags=re.MULTILINE)


def behaviour(end: EndFigures, trials: int) -> str:
    """One of the two known ones, or what else was seen."""
    seen = (end.trials, end.accepted_after, end.still_accepted_at_stop)
    if seen == (trials, 0, 0) and end.probes_after and end.held:
        return ENDS
    if seen == (trials, end.probes_after, trials) and end.probes_after:
        return LIVES_ON
    return f"{end.line()} {end.void}"


def made(module: str, folder: Path, environment: Mapping[str, str]) -> None:
    """What the application keeps, before the first server starts."""
    code = f"from {HERE}.{module} import prepare; prepare()"
    serving.run("-c", code, folder=folder, environment=environment)


def test_every_recipe_is_read_and_every_one_for_an_application_is_tried_here() -> None:
    tried = Path(__file__).read_text(encoding="utf-8")
    for name in recipes.names():
        assert all(end.bound_s == 0 for end in read(recipes.text(name), f"{name}.toml").end)
        read(whole(name), f"{name}.toml")  # what stands in it as a comment can be used too
        assert name in {"cookie", "bearer"} or f'drilled("{name}"' in tried
    assert recipes.names() == sorted(
        {"cookie", "bearer", "django", "flask-login", "fastapi-users", "simplejwt", "rescind"}
    )
    with pytest.raises(KeyError):
        recipes.text("../plan")


def test_flask_login_lives_on(tmp_path: Path) -> None:
    with serving.wsgi(f"{HERE}.flask_login_app:application", tmp_path, SECRETS) as base:
        seen, ends = drilled("flask-login", base, trials=1, watch="300ms")
    assert seen == {"sign out": LIVES_ON}
    assert ends[0].told_apart


@pytest.mark.long
def test_ours_ends_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ours.db'}"
    with Rescind(url, principal_id=int):
        pass
    with serving.asgi(f"{HERE}.ours:app", tmp_path, {"RESCIND_URL": url}) as base:
        seen, ends = drilled("rescind", base, trials=5)
    assert seen == {"sign out": ENDS, "sign out everywhere": ENDS}
    assert {len(end.workers) for end in ends} == {serving.WORKERS}


@pytest.mark.long
@pytest.mark.parametrize(
    ("sessions", "known"),
    [
        ("db", {"sign out": ENDS, "change the password": ENDS}),
        ("signed_cookies", {"sign out": LIVES_ON, "change the password": ENDS}),
    ],
)
def test_django(tmp_path: Path, sessions: str, known: Mapping[str, str]) -> None:
    """A new password changes the hash that Django keeps in each session: that ends what it cannot delete."""
    environment = {**SECRETS, "SESSIONS": sessions}
    made("django_site", tmp_path, environment)
    with serving.wsgi(f"{HERE}.django_site:application", tmp_path, environment) as base:
        seen, ends = drilled("django", base)
    assert seen == known
    assert {len(end.workers) for end in ends} == {serving.WORKERS}


@pytest.mark.long
def test_django_with_a_cache_in_each_process_lives_on_in_the_others(tmp_path: Path) -> None:
    """cached_db on the default cache: the process that signs out forgets, the other goes on from memory."""
    environment = {**SECRETS, "SESSIONS": "cached_db"}
    made("django_site", tmp_path, environment)
    site = f"{HERE}.django_site:application"
    with (
        serving.wsgi(site, tmp_path, environment, workers=1) as other,
        serving.wsgi(site, tmp_path, environment, workers=1) as own,
    ):
        _, (sign_out, password) = drilled("django", other, own, trials=1)  # trial 1 signs in at the second
    for base, still in ((own, False), (other, True)):
        (worker,) = (seen for name, seen in sign_out.workers.items() if name.startswith(base))
        assert worker.probes_after > 20
        assert worker.accepted_after == (worker.probes_after if still else 0)
    assert sign_out.still_accepted_at_stop == 1 and not sign_out.held
    assert sign_out.resurrections == 0, "they are told apart"
    assert password.held


@pytest.mark.long
def test_simplejwt_lives_on(tmp_path: Path) -> None:
    """The blacklist is of refresh tokens; the access token is looked up nowhere."""
    made("django_site", tmp_path, SECRETS)
    with serving.wsgi(f"{HERE}.django_site:application", tmp_path, SECRETS) as base:
        seen, _ = drilled("simplejwt", base)
    assert seen == {"log out": LIVES_ON}


@pytest.mark.long
def test_fastapi_users(tmp_path: Path) -> None:
    """Whoever reads the token from a table ends it; a new password ends nothing; the user is always read."""
    with Server("redis") as server:
        environment = {**SECRETS, "REDIS": server.url}
        made("fastapi_users_app", tmp_path, environment)
        with serving.asgi(f"{HERE}.fastapi_users_app:app", tmp_path, environment) as base:
            seen = {
                name: drilled("fastapi-users", base, backend=name)[0] for name in ("jwt", "database", "redis")
            }
    assert seen == {
        "jwt": {"log out": LIVES_ON, "change the password": LIVES_ON, "disable the account": ENDS},
        "database": {"log out": ENDS, "change the password": LIVES_ON, "disable the account": ENDS},
        "redis": {"log out": ENDS, "change the password": LIVES_ON, "disable the account": ENDS},
    }
