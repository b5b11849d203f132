"""Steps against a real server: forms, JSON, captures, what is copied, and messages without secrets."""

from __future__ import annotations

import asyncio
import json

import pytest
from tests.drill.local_server import Call, LocalServer, Reply

from rescind.drill.consent import endpoints
from rescind.drill.errors import StepFailed
from rescind.drill.plan import Capture, Copy, Step
from rescind.drill.steps import Browser


def shop(call: Call) -> Reply:
    if call.path == "/form":
        return Reply(
            200,
            '<input name="csrf" value="f-1">',
            (("Set-Cookie", "csrftoken=cookie-1; Secure"), ("X-Id", "i-1")),
        )
    if call.path == "/json":
        return Reply(200, {"data": {"token": "t-secret", "n": 7, "list": []}})
    if call.path == "/echo":
        return Reply(200, {"headers": call.headers, "body": call.body.decode(), "method": call.method})
    if call.path == "/fail":
        return Reply(500, f"boom {call.headers.get('cookie', '')} plum-tractor t-secret\nmore")
    return Reply(404)


def browse(
    *steps: Step, copy: Copy | None = None
) -> tuple[Browser, dict[str, object], list[tuple[str, str]]]:
    async def run(base: str) -> tuple[Browser, dict[str, object], list[tuple[str, str]]]:
        browser = Browser(
            endpoints([base])[0],
            {"user": "ada", "password": "plum-tractor"},
            secrets=frozenset({"plum-tractor"}),
            agent="rescind-drill/0",
            timeout=5,
        )
        try:
            answer = await browser.run(steps)
            last = json.loads(answer.body) if answer.body.startswith(b"{") else {}
            return browser, last, browser.copy(copy) if copy else []
        finally:
            browser.close()

    with LocalServer(shop) as server:
        return asyncio.run(run(server.base))


FORM = Step(
    get="/form",
    capture={
        "csrf": Capture(cookie="csrftoken"),
        "field": Capture(regex='name="csrf" value="([^"]+)"'),
        "whole": Capture(regex="<input"),
        "id": Capture(header="X-Id"),
    },
)
TOKEN = Step(get="/json", capture={"token": Capture(json="/data/token"), "n": Capture(json="/data/n")})


def test_captures_from_cookie_regex_header_and_json() -> None:
    browser, _, _ = browse(FORM, TOKEN)
    assert browser.captured == {
        "csrf": "cookie-1",
        "field": "f-1",
        "whole": "<input",
        "id": "i-1",
        "token": "t-secret",
        "n": "7",
    }


def test_a_form_carries_values_captures_and_cookies() -> None:
    _, seen, _ = browse(FORM, Step(post="/echo", form={"who": "{user}", "csrf": "{field}", "sign": "a&b c"}))
    headers = seen["headers"]
    assert isinstance(headers, dict)
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["cookie"] == "csrftoken=cookie-1"
    assert headers["user-agent"] == "rescind-drill/0"
    assert seen["body"] == "who=ada&csrf=f-1&sign=a%26b+c"


def test_a_json_body_and_headers_of_its_own() -> None:
    _, seen, _ = browse(
        TOKEN, Step(put="/echo", json={"u": ["{user}"], "t": "{token}"}, headers={"Accept": "{n}"})
    )
    headers = seen["headers"]
    assert isinstance(headers, dict)
    assert (seen["method"], headers["accept"], headers["content-type"]) == ("PUT", "7", "application/json")
    assert json.loads(str(seen["body"])) == {"u": ["ada"], "t": "t-secret"}


def test_null_is_a_json_body_too() -> None:
    _, seen, _ = browse(Step(post="/echo", json=None))
    assert seen["body"] == "null"


def test_what_the_thief_takes() -> None:
    assert browse(FORM, copy=Copy(cookies=("csrftoken",)))[2] == [("Cookie", "csrftoken=cookie-1")]
    header = Copy(header="Authorization", value="Bearer {token}")
    assert browse(TOKEN, copy=header)[2] == [("Authorization", "Bearer t-secret")]
    with pytest.raises(
        StepFailed, match="did not set the cookie sessionid that is to be copied; got csrftoken"
    ):
        browse(FORM, copy=Copy(cookies=("sessionid",)))


def test_an_unexpected_answer_shows_its_first_line_without_secrets() -> None:
    with pytest.raises(StepFailed) as caught:
        browse(FORM, TOKEN, Step(post="/fail", expect=(200, 204)))
    assert str(caught.value) == "POST /fail answered 500, expected 200 or 204: boom csrftoken=*** *** ***"


@pytest.mark.parametrize("expect", [404, (404, 200)])
def test_an_expected_failure_is_none(expect: int | tuple[int, ...]) -> None:
    browse(Step(get="/nowhere", expect=expect))


def test_without_expect_anything_below_400_will_do() -> None:
    with pytest.raises(StepFailed, match=r"GET /nowhere answered 404, expected below 400: \(empty body\)"):
        browse(Step(get="/nowhere"))


@pytest.mark.parametrize(
    "capture",
    [Capture(cookie="no"), Capture(header="no"), Capture(regex="no such"), Capture(json="/no"),
     Capture(json="/data"), Capture(json="/data/list")],
)  # fmt: skip
def test_a_capture_that_finds_nothing_fails_the_step(capture: Capture) -> None:
    with pytest.raises(StepFailed, match="GET /json: nothing to capture as x"):
        browse(Step(get="/json", capture={"x": capture}))


def test_no_answer_fails_the_step() -> None:
    async def run() -> None:
        browser = Browser(endpoints(["http://127.0.0.1:1"])[0], {}, secrets=frozenset(), agent="x", timeout=1)
        await browser.run([Step(get="/")])

    with pytest.raises(StepFailed, match=r"GET /: no answer \(no connection"):
        asyncio.run(run())
