"""The plan's types read the documented file as it is, and refuse what cannot work, naming the field."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

import msgspec
import pytest

from rescind.drill.errors import PlanError
from rescind.drill.plan import (
    Capture,
    Copy,
    End,
    Env,
    Match,
    Plan,
    Probe,
    Run,
    SignIn,
    Step,
    Target,
    seconds,
    statuses,
)

FILE = """
[target]
bases       = ["http://127.0.0.1:8001", "http://127.0.0.1:8002"]
rate        = 200
connections = 8
timeout     = "2s"
worker      = { header = "x-worker" }

[vars]
user     = "alice"
password = { env = "DRILL_PASSWORD" }

[sign_in]
steps = [
  { get  = "/login/", capture = { csrf = { cookie = "csrftoken" } } },
  { post = "/login/", form = { username = "{user}", password = "{password}" }, expect = 302 },
]
copy = { cookies = ["sessionid"] }

[probe]
get      = "/account/"
accepted = { status = 200, body = "Signed in as {user}" }
refused  = [{ status = [401, 403] }, { status = 302, location = "/login/" }]

[[end]]
name  = "sign out"
steps = [{ post = "/logout/", form = { csrfmiddlewaretoken = "{csrf}" }, expect = [200, 302] }]
bound = "50ms"

[[end]]
name  = "disable the account"
actor = "admin"
steps = [{ post = "/api/users/{user}/disable", json = {}, expect = 200 }]
undo  = [{ post = "/api/users/{user}/enable", json = {}, expect = 200 }]
bound = "immediate"

[actors.admin]
vars  = { user = "root", password = { env = "DRILL_ADMIN_PASSWORD" } }

[run]
trials = 100
watch  = "5s"
"""


def read(text: str) -> Plan:
    return msgspec.convert(tomllib.loads(text), Plan)


def test_a_drill_toml_is_read_one_to_one() -> None:
    plan = read(FILE)
    assert plan.target.bases == ("http://127.0.0.1:8001", "http://127.0.0.1:8002")
    assert plan.target.timeout_s == 2.0
    assert plan.vars["password"] == Env(env="DRILL_PASSWORD")
    assert [(step.method, step.path) for step in plan.sign_in.steps] == [
        ("GET", "/login/"),
        ("POST", "/login/"),
    ]
    assert plan.sign_in.steps[0].capture == {"csrf": Capture(cookie="csrftoken")}
    assert plan.sign_in.copy == Copy(cookies=("sessionid",))
    assert [statuses(match.status) for match in plan.probe.refused] == [(401, 403), (302,)]
    assert [end.bound_s for end in plan.end] == [0.05, 0.0]
    assert plan.end[1].steps[0].json == {}
    assert plan.actors["admin"].vars["user"] == "root"
    assert (plan.run.trials, plan.run.watch_s) == (100, 5.0)


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="conections"):
        read(FILE.replace("connections = 8", "conections = 8"))


@pytest.mark.parametrize(
    ("written", "value"),
    [("50ms", 0.05), ("2s", 2.0), ("5m", 300.0), ("1.5h", 5400.0), ("250us", 0.00025), (3, 3.0)],
)
def test_durations(written: str | int, value: float) -> None:
    assert seconds(written, "x") == pytest.approx(value)


@pytest.mark.parametrize("written", ["", "5", "5 minutes", "-1s", "s", -1, float("inf"), float("nan")])
def test_what_is_no_duration_names_its_field(written: str | float) -> None:
    with pytest.raises(PlanError, match=r"run\.watch"):
        Run(watch=written)


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: Target(bases=()), r"target\.bases"),
    (lambda: Target(bases=("http://x",), rate=0), r"target\.rate"),
    (lambda: Target(bases=("http://x",), connections=1), r"target\.connections"),
    (lambda: Target(bases=("http://x",), timeout=0), r"target\.timeout"),
    (lambda: Run(trials=0), r"run\.trials"),
    (lambda: Run(watch=0), r"run\.watch"),
    (Step, "exactly one of get"),
    (lambda: Step(get="/a", post="/b"), "exactly one of get"),
    (lambda: Step(get="http://elsewhere/"), "starts with /"),
    (lambda: Step(post="/a", form={}, json={}), "not both"),
    (Capture, "exactly one of cookie"),
    (lambda: Capture(cookie="a", json="/b"), "exactly one of cookie"),
    (Copy, r"sign_in\.copy"),
    (lambda: Copy(cookies=("a",), header="b", value="c"), r"sign_in\.copy"),
    (lambda: Copy(header="Authorization"), "belong together"),
    (lambda: SignIn(steps=(), copy=Copy(cookies=("a",))), r"sign_in\.steps"),
    (lambda: Match(status=()), "empty list"),
    (lambda: Probe(get="/me", accepted=Match(status=200), refused=(Match(status=401),)), "login page"),
    (
        lambda: Probe(get="/me", accepted=Match(status=200, body=""), refused=(Match(status=401),)),
        "login page",
    ),
    (lambda: Probe(get="/me", accepted=Match(status=200, body="x"), refused=()), r"probe\.refused"),
    (
        lambda: Probe(get="/me", accepted=Match(status=200, body="x"), refused=(Match(status=503),)),
        "never refused",
    ),
    (
        lambda: Probe(get="/me", accepted=Match(status=200, body="x"), refused=(Match(status=(401, 429)),)),
        "429",
    ),
    (
        lambda: Probe(get="me", accepted=Match(status=200, body="x"), refused=(Match(status=401),)),
        r"probe\.get",
    ),
    (lambda: End(name="x", steps=()), "no steps"),
    (lambda: End(name="x", steps=(Step(get="/"),), bound="soon"), "bound of end 'x'"),
    (lambda: read(FILE.replace('actor = "admin"', 'actor = "boss"')), r"actors\.boss.*known actors: admin"),
    (lambda: read(FILE.replace('"disable the account"', '"sign out"')), "same name"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)), ids=lambda number: REFUSED[number][1])
def test_what_cannot_work_is_refused_when_it_is_made(case: int) -> None:
    make, message = REFUSED[case]
    with pytest.raises((PlanError, msgspec.ValidationError), match=message):
        make()


def test_a_plan_does_not_change() -> None:
    with pytest.raises(AttributeError):
        read(FILE).target.rate = 1e6  # type: ignore[misc]
