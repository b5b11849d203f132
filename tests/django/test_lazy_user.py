"""``request.user`` from facts: what it answers without the row, and that it is a user in all else."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth import get_user_model, login, logout
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.models import AnonymousUser, Permission
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.test import AsyncClient, Client, override_settings
from django.urls import path
from django.utils.functional import SimpleLazyObject
from tests.django.knowing import Ada, knowing
from tests.django.places import MIDDLEWARE, file_at, pointing

from rescind._tokens import new_id
from rescind.django import engine, require

Touch = Callable[[HttpRequest], Any]
HTML = {"HTTP_ACCEPT": "text/html"}
BY_FACTS: dict[str, Touch] = {
    "in": lambda request: request.user.is_authenticated,
    "anonymous": lambda request: request.user.is_anonymous,
    "pk": lambda request: request.user.pk,
    "id": lambda request: request.user.id,
    "is one": lambda request: isinstance(request.user, get_user_model()),
    "is nobody": lambda request: isinstance(request.user, AnonymousUser),
    "truth": lambda request: bool(request.user),
    "template": lambda request: shown(request, "{% if user.is_authenticated %}{{ user.pk }}{% endif %}"),
}
BY_ROW: dict[str, Touch] = {
    "name": lambda request: request.user.username,
    "method": lambda request: request.user.get_username(),
    "text": lambda request: str(request.user),
    "active": lambda request: request.user.is_active,
    "staff": lambda request: request.user.is_staff,
    "equal": lambda request: request.user == get_user_model()(pk=request.user.pk),
    "equal from there": lambda request: get_user_model()(pk=request.user.pk) == request.user,
    "hash": lambda request: {get_user_model()(pk=request.user.pk): True}[request.user],
    "pickled": lambda request: type(pickle.loads(pickle.dumps(request.user))).__name__,
    "copied": lambda request: copy.copy(request.user).username,
    "copied deeply": lambda request: copy.deepcopy(request.user).username,
    "listed": lambda request: "username" in dir(request.user),
    "told apart": lambda request: hasattr(request.user, "__iter__"),
    "in a template": lambda request: shown(request, "{{ user.username }}"),
    "no such thing": lambda request: getattr(request.user, "no_such_thing", "none"),
}
VIEWS: dict[str, Callable[..., Any]] = {}


def shown(request: HttpRequest, text: str) -> str:
    return str(engines["django"].from_string(text).render({}, request))


def view(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return lambda function: VIEWS.setdefault(name, function)


@view("touched")
def touched(request: HttpRequest) -> JsonResponse:
    """What a way of touching the user gives."""
    touch = (BY_FACTS | BY_ROW)[request.GET["how"]]
    return JsonResponse({"is": touch(request)})


@view("plain")
@login_required
def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user.pk))


@view("permitted")
@permission_required("auth.change_user", raise_exception=True)
def permitted(request: HttpRequest) -> HttpResponse:
    return HttpResponse("may")


@view("guarded")
@require()
def guarded(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user.pk))


@view("aguarded")
@require()
async def aguarded(request: HttpRequest) -> HttpResponse:
    """A query on the event loop would be refused by Django."""
    assert request.user.is_authenticated
    return HttpResponse(str(request.user.pk))


@view("auser")
async def auser(request: HttpRequest) -> HttpResponse:
    user = await request.auser()
    return HttpResponse(user.username)


@view("writes")
def writes(request: HttpRequest) -> JsonResponse:
    """The user goes where a model instance goes."""
    made = LogEntry(user=request.user, action_flag=ADDITION, object_repr="x")
    made.content_type = ContentType.objects.get_for_model(get_user_model())
    made.save()
    mine = LogEntry.objects.filter(user=request.user)
    return JsonResponse({"user_id": made.user_id, "found": mine.count(), "name": mine[0].user.username})


@view("changes")
def changes(request: HttpRequest) -> HttpResponse:
    request.user.first_name = "Ada"
    request.user.save()
    del request.user.first_name
    return HttpResponse("changed")


@view("withdrawn")
def withdrawn(request: HttpRequest) -> HttpResponse:
    """``?asked``: after facts have said who it is."""
    known = request.user.pk if "asked" in request.GET else None
    get_user_model().objects.update(**{request.GET["what"]: request.GET.get("to", False)})
    return HttpResponse(request.user.get_username() or f"nobody {known}")


@view("leaves")
def leaves(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert user.is_authenticated
    logout(request)
    assert isinstance(request.user, AnonymousUser)
    return HttpResponse(user.username)


@view("another")
def another(request: HttpRequest) -> HttpResponse:
    """Somebody else signs in, before or after the user was asked for."""
    before = request.user.pk if "asked" in request.GET else None
    other = get_user_model().objects.get(username=request.GET["who"])
    login(request, other)
    assert before != other.pk
    return HttpResponse(request.user.username)


urlpatterns = [path(name, function) for name, function in VIEWS.items()]


def asks_afterwards(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """A middleware that writes down who it was."""

    def asks(request: HttpRequest) -> Any:
        answer = get_response(request)
        answer["X-Who"] = str(request.user)
        return answer

    return asks


def asks_before(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """A middleware that asks for the user of the cookie."""

    def asks(request: HttpRequest) -> Any:
        before = request.user.pk
        answer = get_response(request)
        answer["X-Before"] = str(before)
        return answer

    return asks


@pytest.fixture(scope="module")
def knows(tmp_path_factory: pytest.TempPathFactory, site_file: Path) -> Iterator[None]:
    file = tmp_path_factory.mktemp("lazy") / "db.sqlite3"
    file.write_bytes(site_file.read_bytes())
    with pointing(default=file_at(file).database), knowing(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def ada(knows: None) -> Ada:
    return Ada("/plain")


def test_who_it_is_costs_no_query_and_anything_else_one(ada: Ada) -> None:
    """Mutation: read the row in each request."""
    said = {}
    for how in BY_FACTS:
        answer, queries = ada.get(f"/touched?how={how}")
        said[how] = answer.json()["is"]
        assert queries == 0, how
    key = ada.user.pk
    assert list(said.values()) == [True, False, key, key, True, False, True, str(key)]
    for how in BY_ROW:
        _, queries = ada.get(f"/touched?how={how}")
        assert queries == 1, how


def test_it_is_the_user_in_every_other_respect(ada: Ada) -> None:
    said = {how: ada.get(f"/touched?how={how}")[0].json()["is"] for how in BY_ROW}
    name = ada.user.username
    assert said == {
        "name": name, "method": name, "text": name, "active": True, "staff": False,
        "equal": True, "equal from there": True, "hash": True, "pickled": "User", "copied": name,
        "copied deeply": name, "listed": True, "told apart": False, "in a template": name,
        "no such thing": "none",
    }  # fmt: skip


def test_touching_it_in_any_form_says_that_the_answer_depends_on_the_cookie(ada: Ada) -> None:
    """A page that is cached without it serves one user's to the next."""
    for who in (ada.client, Client()):
        for how in BY_FACTS | BY_ROW:
            if who is ada.client or how in BY_FACTS:
                assert who.get(f"/touched?how={how}")["Vary"] == "Cookie", how


def test_nobody_is_nobody_without_a_query(knows: None) -> None:
    nobody = Ada.__new__(Ada)
    nobody.client = Client()
    said = {}
    for how in BY_FACTS:
        answer, queries = nobody.get(f"/touched?how={how}")
        said[how] = answer.json()["is"]
        assert queries == 0, how
    assert list(said.values()) == [False, True, None, None, False, True, True, ""]


def test_djangos_guards_and_ours_ask_facts(ada: Ada) -> None:
    for address in ("/plain", "/guarded"):
        answer, queries = ada.get(address)
        assert (answer.content.decode(), queries) == (str(ada.user.pk), 0), address
    assert Client().get("/plain")["Location"].startswith("/sign-in?next=")
    assert ada.get("/permitted")[0].status_code == 403
    ada.user.user_permissions.add(Permission.objects.get(codename="change_user"))
    assert ada.get("/permitted")[0].content == b"may"
    ada.user.user_permissions.clear()
    assert ada.get("/permitted")[0].status_code == 403


async def aget(ada: Ada, address: str) -> Any:
    browser = AsyncClient()
    browser.cookies = ada.client.cookies
    return await browser.get(address)


def test_where_a_bearer_decides_the_user_is_that_of_the_bearer(ada: Ada) -> None:
    """Also if somebody has asked for that of the cookie before. Mutation: go on with what was asked for."""
    other = get_user_model().objects.create_user(new_id())
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {engine().sessions.start(other.pk).token}"}
    program = Ada.__new__(Ada)
    program.client = Client()
    assert program.get("/guarded", **bearer)[0].content.decode() == str(other.pk)
    assert program.get("/guarded", **bearer)[1] == 0
    with override_settings(MIDDLEWARE=[*MIDDLEWARE, f"{__name__}.asks_before"]):
        both = Client()
        both.cookies["sessionid"] = ada.client.cookies["sessionid"].value
        answer = both.get("/guarded", **bearer)
        assert (answer["X-Before"], answer.status_code) == (str(ada.user.pk), 401), "two people"
        ada.client.get("/leaves")
        answer = both.get("/guarded", **bearer)
        assert (answer["X-Before"], answer.content.decode()) == ("None", str(other.pk))


def test_an_asynchronous_view_learns_who_it_is_on_the_loop(ada: Ada) -> None:
    import asyncio

    assert asyncio.run(aget(ada, "/aguarded")).content.decode() == str(ada.user.pk)
    assert asyncio.run(aget(ada, "/auser")).content.decode() == ada.user.username


def test_it_goes_where_an_instance_goes(ada: Ada) -> None:
    answer, _ = ada.get("/writes")
    assert answer.json() == {"user_id": ada.user.pk, "found": 1, "name": ada.user.username}


def test_what_is_set_is_set_at_the_row(ada: Ada) -> None:
    assert ada.get("/changes")[0].status_code == 200
    ada.user.refresh_from_db()
    assert ada.user.first_name == "Ada"


@pytest.mark.parametrize("what", ["what=is_active", "what=password&to=!x"])
def test_who_was_named_and_is_withdrawn_meanwhile_is_refused(ada: Ada, what: str) -> None:
    """The view has gone on as somebody, so it does not go on as nobody. Mutation: hand out the row."""
    answer, _ = ada.get(f"/withdrawn?asked&{what}")
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")
    assert "Cookie" in answer["Vary"]
    assert ada.get("/plain")[0].status_code == 302


def test_a_person_is_sent_to_the_page_that_signs_in(ada: Ada) -> None:
    answer, _ = ada.get("/withdrawn?asked&what=is_active", **HTML)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (303, "/sign-in")


@pytest.mark.parametrize("what", ["what=is_active", "what=password&to=!x"])
def test_who_is_asked_for_only_afterwards_is_nobody(ada: Ada, what: str) -> None:
    """As in stock Django, which would not have asked before either."""
    answer, _ = ada.get(f"/withdrawn?{what}")
    assert answer.content == b"nobody None"


def test_a_middleware_that_asks_after_the_view_is_refused_too(ada: Ada) -> None:
    """Django makes a 500 of what it raises; the answer says what it was."""
    with knowing(ROOT_URLCONF=__name__, MIDDLEWARE=[*MIDDLEWARE, f"{__name__}.asks_afterwards"]):
        ada = Ada("/plain")
        ada.client.raise_request_exception = False
        assert ada.get("/plain")[0]["X-Who"] == ada.user.username
        answer, _ = ada.get("/withdrawn?asked&what=is_active")
        assert answer.status_code == 401


def test_who_signs_out_is_still_who_they_were(ada: Ada) -> None:
    assert ada.get("/leaves")[0].content.decode() == ada.user.username
    assert ada.get("/plain")[0].status_code == 302


@pytest.mark.parametrize("asked", ["", "asked"])
def test_who_signs_in_is_the_user_from_then_on(ada: Ada, asked: str) -> None:
    other = get_user_model().objects.create_user(new_id()).username
    assert ada.get(f"/another?who={other}&{asked}")[0].content.decode() == other
    assert ada.get("/touched?how=name")[0].json()["is"] == other


def test_its_text_for_an_error_page_reads_nothing(ada: Ada) -> None:
    """``repr`` does not ask, as that of Django's own does not."""
    BY_FACTS["shown"] = lambda request: repr(request.user)
    try:
        answer, queries = ada.get("/touched?how=shown")
    finally:
        del BY_FACTS["shown"]
    assert queries == 0
    assert answer.json()["is"].startswith(f"<{SimpleLazyObject.__name__}: ")
    assert "Vary" not in answer.headers
