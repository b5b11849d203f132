"""What a function does with a request of nobody, as far as its source says."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from rescind.paths.django.anonymous import Anonymous, Read
from rescind.paths.django.asks import given_to
from rescind.reading import Function, read

HEAD = """
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import redirect, render
from django.views import View

def signed_in(request):
    if not request.user.is_authenticated:
        raise PermissionDenied

"""
ROUTE = {"method": "GET", "path": "/api/notes", "action": "list"}


def function(folder: Path, text: str) -> tuple[Function, Anonymous]:
    (folder / "shop.py").write_text(HEAD + textwrap.dedent(text))
    project = read(folder)
    module = project.module("shop")
    assert module is not None
    return module.functions[-1], Anonymous(project, ROUTE)


def answered(folder: Path, text: str) -> Read:
    found, reading = function(folder, text)
    return reading.answer(found, given_to(found))


def told(folder: Path, text: str) -> Read:
    found, reading = function(folder, text)
    return reading.test(found, given_to(found))


SIGNED_IN = "request.user.is_authenticated"
REFUSES = (
    "if not request.user.is_authenticated:\n    return redirect('/login')\nreturn render(request, 'x')",
    "if request.user.is_anonymous:\n    return HttpResponse(status=401)\nreturn HttpResponse()",
    "if request.user.is_authenticated:\n    return HttpResponse()\nreturn HttpResponseForbidden()",
    "if not request.user.has_perm('shop.buy'):\n    raise PermissionDenied\nreturn HttpResponse()",
    "signed_in(request)\nreturn HttpResponse()",
    "if 'member' not in request.session:\n    return redirect('home')\nreturn HttpResponse()",
    "try:\n    name = request.session['member']\nexcept KeyError:\n    return redirect('home')\nreturn name",
    "return HttpResponse(request.user.profile.name)",
    "token = request.headers.get('X-Token')\nif not token:\n    return JsonResponse({}, status=401)\nreturn",
    "if not request.META.get('HTTP_X_API_KEY'):\n    return HttpResponse(status=403)\nreturn HttpResponse()",
    f"if request.path.startswith('/api/') and not {SIGNED_IN}:\n    raise PermissionDenied\nreturn 1",
    "if request.method in ('GET', 'HEAD') and not request.user.is_staff:\n    raise Exception\nreturn 1",
    "user = request.user\nif not getattr(user, 'is_staff', False):\n    raise PermissionDenied\nreturn 1",
)
PASSES = (
    ("if request.user:\n    return 1\nraise PermissionDenied", "conditional"),  # AnonymousUser is true
    ("name = request.user.username or 'nobody'\nreturn HttpResponse(name)", "conditional"),
    (f"if request.method == 'POST' and not {SIGNED_IN}:\n    raise PermissionDenied\nreturn 1", False),
    (f"if request.path == '/other' and not {SIGNED_IN}:\n    raise PermissionDenied\nreturn 1", False),
    ("if request.method == 'POST':\n    return redirect('home')\nreturn HttpResponse()", False),
    (f"if settings.CLOSED and not {SIGNED_IN}:\n    raise PermissionDenied\nreturn 1", None),
    ("try:\n    signed_in(request)\nexcept PermissionDenied:\n    pass\nreturn 1", "conditional"),
    ("raise PermissionDenied", False),  # it refuses everybody
    ("if not request.user.is_authenticated:\n    log()\nreturn HttpResponse()", "conditional"),
    ("return HttpResponse()", False),
)  # fmt: skip


@pytest.mark.parametrize("body", REFUSES)
def test_what_always_refuses(tmp_path: Path, body: str) -> None:
    assert answered(tmp_path, "def view(request):\n" + textwrap.indent(body, "    ")).verdict is True


@pytest.mark.parametrize(("body", "verdict"), PASSES)
def test_what_lets_somebody_pass(tmp_path: Path, body: str, verdict: object) -> None:
    assert answered(tmp_path, "def view(request):\n" + textwrap.indent(body, "    ")).verdict == verdict


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        ("user.is_authenticated and user.is_active", True),
        ("user.groups.filter(name='staff').exists()", True),
        ("bool(user)", False),
        ("bool(user and user.is_staff)", True),
        ("True", False),
        ("user.is_staff or settings.OPEN", None),
        ("not user.is_anonymous", True),
    ],
)
def test_functions_whose_result_says_who_may(tmp_path: Path, result: str, verdict: object) -> None:
    assert told(tmp_path, f"def may(user):\n    return {result}").verdict == verdict


def test_roles_and_sources_are_noted(tmp_path: Path) -> None:
    found = answered(
        tmp_path,
        "def view(request):\n"
        "    if not request.user.has_perm('shop.buy') and not request.COOKIES.get('sid'):\n"
        "        raise PermissionDenied\n",
    )
    assert found.seen.roles == {"shop.buy"}
    assert found.seen.sources == {"cookie:sid"}


def test_what_goes_in_circles_or_is_very_long_ends(tmp_path: Path) -> None:
    assert answered(tmp_path, "def view(request):\n    return view(request)").verdict is False
    body = "".join(f"    x{n} = request.GET.get('a{n}')\n" for n in range(2_000))
    assert answered(tmp_path, f"def view(request):\n{body}    raise PermissionDenied").verdict is False
