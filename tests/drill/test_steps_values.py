"""Values of a plan reach the server as they are, whatever they are."""

from __future__ import annotations

import asyncio
import json
import re
from urllib.parse import parse_qs, unquote

from hypothesis import given
from hypothesis import strategies as st
from tests.drill.local_server import Call, LocalServer, Reply
from tests.drill.written import FEW

from rescind.drill.consent import endpoints
from rescind.drill.errors import StepFailed
from rescind.drill.plan import Step
from rescind.drill.steps import Browser

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
STEPS = (
    Step(post="/{one}", form={"a": "{one}"}, headers={"X-A": "{header}"}),
    Step(post="/x", json={"{one}": ["{other}"]}),
)


async def send(base: str, values: dict[str, str]) -> None:
    browser = Browser(endpoints([base])[0], values, secrets=frozenset(), agent="a", timeout=20)
    try:
        await browser.run(STEPS)
    finally:
        browser.close()


def test_any_value_arrives_or_fails_the_step() -> None:
    """In a path, a form and JSON anything does; a header that HTTP cannot carry is a step that failed."""
    calls: list[Call] = []

    def answer(call: Call) -> Reply:
        calls.append(call)
        return Reply()

    @FEW
    @given(TEXTS, TEXTS, TEXTS)
    def each(one: str, other: str, header: str) -> None:
        calls.clear()
        values = {"one": one, "other": other, "header": header}
        failed = ""
        try:
            asyncio.run(send(server.base, values))
        except StepFailed as failure:
            failed = str(failure)
        if failed:
            assert (failed, calls) == ("POST /{one}: no answer (HTTP cannot carry it)", [])
            assert re.search(r"[\x00-\x1f]|^\s|\s$", header), "nothing else is refused"
            return
        assert not re.search(r"[\0\r\n]", header), "another header could be smuggled in"
        first, second = calls
        assert unquote(first.path) == unquote(f"/{one}")
        assert parse_qs(first.body.decode(), keep_blank_values=True) == {"a": [one]}
        assert first.headers["x-a"].encode("latin-1").decode() == header
        assert json.loads(second.body) == {"{one}": [other]}

    with LocalServer(answer) as server:
        each()
