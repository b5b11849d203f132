"""A name without a value is found before the first request, wherever it stands."""

from __future__ import annotations

import msgspec
import pytest
from tests.drill.local_server import plan

from rescind.drill.errors import PlanError
from rescind.drill.names import check_names
from rescind.drill.plan import Actor, Capture, Copy, End, Match, Plan, Step

GOOD = plan("http://127.0.0.1:1")


def with_end(*steps: Step, undo: tuple[Step, ...] = ()) -> Plan:
    return msgspec.structs.replace(GOOD, end=(End(name="x", steps=steps, undo=undo),))


def with_probe(**parts: object) -> Plan:
    return msgspec.structs.replace(GOOD, probe=msgspec.structs.replace(GOOD.probe, **parts))


def with_sign_in(**parts: object) -> Plan:
    return msgspec.structs.replace(GOOD, sign_in=msgspec.structs.replace(GOOD.sign_in, **parts))


def test_known_names_pass() -> None:
    check_names(GOOD)
    found = Capture(json="/code")
    check_names(
        with_end(
            Step(get="/form", capture={"code": found}),
            Step(post="/end/{code}/{token}/{trial}", json={"a": ["{user}"]}, headers={"X": "{code}"}),
            undo=(Step(post="/undo/{code}"),),
        )
    )


@pytest.mark.parametrize("name", ["api-key", "a b", "", "owner.x"])
def test_a_name_that_cannot_be_used_is_refused(name: str) -> None:
    found = {name: Capture(json="/x")}
    for wrong, where in (
        (msgspec.structs.replace(GOOD, vars={**GOOD.vars, name: "x"}), "vars"),
        (msgspec.structs.replace(GOOD, actors={"admin": Actor(vars={name: "x"})}), r"actors\.admin\.vars"),
        (with_end(Step(get="/", capture=found)), "end 'x': GET /: capture"),
    ):
        with pytest.raises(PlanError, match=rf"^{where}: '{name}' is no name: take letters, digits and _"):
            check_names(wrong)


def test_values_of_the_owner_are_known_in_ends_and_nowhere_else() -> None:
    check_names(with_end(Step(post="/end/{owner.token}/{owner.user}"), undo=(Step(post="/{owner.token}"),)))
    for plan_ in (with_end(Step(post="/{owner.nobody}")), with_probe(get="/{owner.user}")):
        with pytest.raises(PlanError, match=r"\{owner\.\w+\} has no value"):
            check_names(plan_)


@pytest.mark.parametrize(
    "wrong",
    [
        with_sign_in(steps=(Step(post="/in/{nobody}"),)),
        with_sign_in(steps=(Step(post="/in", form={"a": "{nobody}"}),)),
        with_sign_in(copy=Copy(header="Authorization", value="{nobody}")),
        with_sign_in(
            steps=(Step(post="/{nobody}", capture={"nobody": Capture(json="/a")}),)
        ),  # captured too late
        with_probe(get="/me/{nobody}"),
        with_probe(accepted=Match(status=200, body="{nobody}")),
        with_probe(accepted=Match(status=200, json={"/a": {"b": ["{nobody}"]}})),
        with_probe(refused=(Match(status=302, location="/{nobody}"),)),
        with_end(Step(post="/out/{nobody}")),
        with_end(Step(post="/out", json=["{nobody}"])),
        with_end(Step(post="/out", headers={"X": "{nobody}"})),
        with_end(Step(post="/out"), undo=(Step(post="/{nobody}"),)),
    ],
)
def test_a_name_without_a_value_is_named(wrong: Plan) -> None:
    with pytest.raises(PlanError, match=r"\{nobody\} has no value; known here: .*trial, user"):
        check_names(wrong)
