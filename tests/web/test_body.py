"""Bodies are what they say they are, or refused."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind.transport.message import RequestFacts
from rescind.web.answer import Failure
from rescind.web.body import (
    MAX_BODY_BYTES,
    EndAllBody,
    EndOneBody,
    SignInBody,
    SignOutBody,
    StepUpBody,
    is_form,
    read_body,
)

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def sent(content_type: str | None) -> RequestFacts:
    headers = () if content_type is None else ((b"content-type", content_type.encode("latin-1")),)
    return RequestFacts("POST", "https", "app.example", "/", headers)


def failure(content_type: str | None, body: bytes, kind: type[SignInBody] = SignInBody) -> Failure:
    with pytest.raises(Failure) as raised:
        read_body(sent(content_type), body, kind)
    return raised.value


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(texts, texts, st.none() | texts)
def test_json_and_form_say_the_same(login: str, password: str, target: str | None) -> None:
    fields = {"login": login, "password": password} | ({} if target is None else {"next": target})
    for content_type, body in (
        (JSON, json.dumps(fields).encode()),
        (JSON + "; charset=utf-8", json.dumps(fields, ensure_ascii=False).encode()),
        (FORM, urlencode(fields).encode()),
        (FORM.upper(), urlencode(fields).encode()),
    ):
        read = read_body(sent(content_type), body, SignInBody)
        assert (read.login, read.password, read.next, read.transport) == (login, password, target, "cookie")


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/json2",
        "multipart/form-data; boundary=x",
        "*/*",
        "application",
    ],
)
def test_another_content_type_is_415_whatever_the_body_looks_like(content_type: str | None) -> None:
    """CVE-2021-32677."""
    assert failure(content_type, b'{"login": "a", "password": "b"}').told.status == 415


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"null", b'"x"', b"{}", b'{"login": "a"}', b'{"login": 1, "password": "b"}', b"\xff",
        b"\x00", b'{"login": "a", "password": "b", "roles": ["admin"]}',
        b'{"login": "a", "password": "b", "transport": "x"}', b"[" * 9000, b'{"login":' * 1000,
        b'{"login": "\\ud800", "password": "b"}', b'{"login": "a", "password": null}',
    ],
)  # fmt: skip
def test_json_that_is_not_right_is_400(body: bytes) -> None:
    assert failure(JSON, body).told.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"login=a",
        b"login=a&login=b&password=c",
        b"login=a&password=%ff",
        b"login=\xc3\xa9&password=b",
        b"&".join([b"a=b"] * 99),
    ],
)
def test_a_form_that_is_not_right_is_400(body: bytes) -> None:
    assert failure(FORM, body).told.status == 400


def test_a_form_may_hold_a_submit_button() -> None:
    assert read_body(sent(FORM), b"login=a&password=b&go=Sign+in", SignInBody).login == "a"


def test_the_size_is_capped_before_anything_is_read() -> None:
    assert failure("text/plain", b"x" * (MAX_BODY_BYTES + 1)).told.status == 413
    padding = MAX_BODY_BYTES - len(b'{"login": "", "password": "b"}')
    body = b'{"login": "%s", "password": "b"}' % (b"x" * padding)
    assert len(read_body(sent(JSON), body, SignInBody).login) == padding


@given(st.binary(max_size=60), st.sampled_from([JSON, FORM, "text/plain", "", None]))
def test_any_bytes_are_read_or_refused(body: bytes, content_type: str | None) -> None:
    try:
        read = read_body(sent(content_type), body, SignInBody)
    except Failure as refused:
        status = refused.told.status
    else:
        status = 200
        assert read.login is not None
    assert status in {200, 400, 415}


@pytest.mark.parametrize("content_type", [None, "", JSON, FORM, "text/plain"])
def test_no_body_is_every_default(content_type: str | None) -> None:
    assert read_body(sent(content_type), b"", SignOutBody).next is None
    assert read_body(sent(content_type), b"", EndAllBody).keep_current is True
    assert read_body(sent(content_type), b"", EndOneBody).reason is None
    assert failure(content_type, b"").told.status == 400


def test_a_form_can_say_no() -> None:
    assert read_body(sent(FORM), b"keep_current=false", EndAllBody).keep_current is False


def test_neither_repr_nor_failure_shows_a_password() -> None:
    secret = "plum-tractor"
    fields = json.dumps({"login": 1, "password": secret}).encode()
    assert secret not in repr(failure(JSON, fields)) + failure(JSON, fields).told.detail
    assert secret not in repr(SignInBody(login="a", password=secret))
    assert secret not in repr(StepUpBody(password=secret))


def test_a_form_is_known_by_its_type() -> None:
    assert is_form(sent(FORM + ";charset=utf-8"))
    assert not is_form(sent(JSON))
    assert not is_form(sent(None))
