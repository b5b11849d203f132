"""Accepted needs proof of identity, refused needs a description, and everything else is undecided."""

from __future__ import annotations

import json

import pytest

from rescind.drill.client import Answer
from rescind.drill.judge import Verdict, fits, judge
from rescind.drill.plan import Match

ACCEPTED = Match(status=200, json={"/user/name": "ada"})
REFUSED = [
    Match(status=(401, 403)),
    Match(status=302, location="/login/"),
    Match(status=200, body="Please sign in"),
]


def answer(status: int, body: object = "", **headers: str) -> Answer:
    text = (
        body
        if isinstance(body, bytes)
        else body.encode()
        if isinstance(body, str)
        else json.dumps(body).encode()
    )
    return Answer(status, tuple(headers.items()), text, 0.0, 0.1)


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (answer(200, {"user": {"name": "ada"}}), Verdict.ACCEPTED),
        (answer(200, {"user": {"name": "eve"}}), Verdict.UNDECIDED),
        (answer(200, {"user": None}), Verdict.UNDECIDED),
        (answer(200, "<html>ada"), Verdict.UNDECIDED),
        (answer(200, b"\xff\xfe"), Verdict.UNDECIDED),
        (answer(200, "Please sign in"), Verdict.REFUSED),
        (answer(201, {"user": {"name": "ada"}}), Verdict.UNDECIDED),
        (answer(401), Verdict.REFUSED),
        (answer(403), Verdict.REFUSED),
        (answer(302, location="/login/?next=/account/"), Verdict.REFUSED),
        (answer(302, location="https://shop.example/login/?next=/"), Verdict.REFUSED),
        (answer(302, location="/account/"), Verdict.UNDECIDED),
        (answer(302), Verdict.UNDECIDED),
        (answer(404), Verdict.UNDECIDED),
        (answer(429), Verdict.UNDECIDED),
        (answer(500), Verdict.UNDECIDED),
        (answer(503), Verdict.UNDECIDED),
    ],
)
def test_verdicts(given: Answer, verdict: Verdict) -> None:
    assert judge(given, ACCEPTED, REFUSED) is verdict


def test_an_answer_that_fits_both_descriptions_is_undecided() -> None:
    both = answer(200, "ada: Please sign in")
    assert judge(both, Match(status=200, body="ada"), REFUSED) is Verdict.UNDECIDED


@pytest.mark.parametrize("status", [429, 500, 503])
def test_no_description_turns_an_overloaded_server_into_a_verdict(status: int) -> None:
    given = answer(status, "ada")
    assert judge(given, Match(status=status, body="ada"), [Match(status=401)]) is Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("found", "wanted", "same"),
    [(1, 1, True), (1, 1.0, True), (True, 1, False), (1, True, False), ("1", 1, False), (None, None, True),
     ([1, {"a": 2}], [1, {"a": 2}], True), (0, False, False)],
)  # fmt: skip
def test_json_values_are_compared_as_json(found: object, wanted: object, same: bool) -> None:
    assert fits(answer(200, {"a": found}), Match(status=200, json={"/a": wanted})) is same
