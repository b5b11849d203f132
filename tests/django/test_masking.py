"""What the page of an error shows of a session: nothing that opens it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, SimpleCookie
from django.test import Client, RequestFactory, TestCase, override_settings
from django.urls import path
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter, get_exception_reporter_filter

from rescind.django.masking import STARS, Masking, mask

pytestmark = pytest.mark.usefixtures("site")
OLD_KEY = "k3j5h2g4f6d8s0a9p1o2i3u4y5t6r7e8"


def fail(request: HttpRequest) -> HttpResponse:
    """A view that has a key in its hands in every way that we know of."""
    session_key = request.session.session_key
    said = f"of {session_key}"
    cookies, session = SimpleCookie({"sessionid": session_key}), request.session
    copies = [
        {"environ": request.META},
        request.COOKIES,
        (session_key,),
        session_key.encode(),
    ]
    holder = Holder(session_key)
    raise ZeroDivisionError(len(said), len(cookies), len(copies), holder is None, session is None)


class Holder:
    def __init__(self, key: str) -> None:
        self.key = key

    def __repr__(self) -> str:
        return f"Holder({self.key!r})"


urlpatterns = [path("fail", fail)]


class Own(SafeExceptionReporterFilter):
    """A filter of the project."""

    extra = "of the project"

    def get_safe_cookies(self, request: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().get_safe_cookies(request)
        return shown | {"own": "of the project"}


@override_settings(ROOT_URLCONF=__name__)
class PageCases(TestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.client = Client(raise_request_exception=False)
        self.client.force_login(self.ada)
        self.key = self.client.cookies["sessionid"].value

    def page(self, **extra: Any) -> str:
        return str(self.client.post("/fail", {"copy": self.key, "n": "1"}, **extra).content.decode())

    @override_settings(DEBUG=True)
    def test_the_page_of_an_error(self) -> None:
        page = self.page()
        assert "ZeroDivisionError" in page
        assert "session_key" in page, "the variables are shown"
        assert "Holder(" in page
        assert self.key not in page
        assert self.key.rpartition(".")[2] not in page, "nor the half that is secret"

    @override_settings(DEBUG=True)
    def test_as_text_for_who_asks_for_no_html(self) -> None:
        page = self.page(headers={"accept": "text/plain"})
        assert "ZeroDivisionError" in page
        assert self.key.rpartition(".")[2] not in page

    @override_settings(DEBUG=False)
    def test_the_mail_to_admins(self) -> None:
        report = reported(self.key, lambda request: None)
        assert "Holder(" in report
        assert self.key.rpartition(".")[2] not in report


def reported(key: str, prepare: Callable[[HttpRequest], None], name: str = "sessionid") -> str:
    """What ``AdminEmailHandler(include_html=True)`` would send."""
    request = RequestFactory(headers={"cookie": f"{name}={key}"}).get("/fail")
    request.session = type("Session", (), {"session_key": key})()
    mask(request)
    prepare(request)
    try:
        fail(request)
    except ZeroDivisionError:
        return str(ExceptionReporter(request, *sys.exc_info(), is_email=True).get_traceback_html())
    raise AssertionError


def test_keys_of_the_engine_of_before_and_of_a_former_cookie() -> None:
    with override_settings(RESCIND={"previous_cookie_names": ["former"]}):
        report = reported(OLD_KEY, lambda request: None, name="former")
    assert "former" in report
    assert OLD_KEY not in report


def test_what_django_itself_shows() -> None:
    """Why this is here: without it the keys are on the page."""
    assert OLD_KEY in reported(OLD_KEY, lambda request: delattr(request, "exception_reporter_filter"))


@override_settings(DEFAULT_EXCEPTION_REPORTER_FILTER=f"{__name__}.Own")
def test_a_filter_of_the_project_stays_in_force() -> None:
    request = RequestFactory(headers={"cookie": f"sessionid={OLD_KEY}; other={OLD_KEY}; theme=dark"}).get("/")
    request.exception_reporter_filter = Own()
    mask(request)
    found = get_exception_reporter_filter(request)
    shown = found.get_safe_cookies(request)
    assert shown == {"sessionid": STARS, "other": STARS, "theme": "dark", "own": "of the project"}
    assert found.extra == "of the project"


def test_without_a_request_and_with_what_cannot_be_shown() -> None:
    filtered = Masking()
    assert filtered.get_safe_cookies(None) == {}
    assert dict(filtered.get_post_parameters(None)) == {}

    class Broken:
        def __repr__(self) -> str:
            raise ValueError

    token = f"rsc_s_{'0' * 24}.{'x' * 49}"
    broken, number, empty = Broken(), 7, None
    shown = dict(filtered.get_traceback_frame_variables(None, sys._getframe()))
    assert (shown["number"], shown["empty"]) == (number, empty)
    assert "Error in formatting" in repr(shown["broken"])
    assert shown["token"] == STARS != token
    assert broken is not None
