"""What settings and views of Django make of a session and of tokens, from their source alone.

What these say of stock configurations is measured by the corpus; here is what may not be taken for granted.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from rescind.paths.map import draw
from rescind.paths.model import Credential, Map

SETTINGS = """
import os
from datetime import timedelta
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.auth", "rest_framework_simplejwt.token_blacklist"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
"""
URLS = """
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import path
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import RefreshToken

@login_required
def me(request):
    return HttpResponse()

@api_view(["GET"])
@permission_classes([IsAuthenticated])
@authentication_classes([JWTAuthentication])
def api(request):
    return HttpResponse()

def sign_out(request):
    %s
    return HttpResponse()

urlpatterns = [path("me", me), path("api", api), path("logout", sign_out)]
"""


def drawn(folder: Path, settings: str = "", out: str = "logout(request)", more: str = "") -> Map:
    (folder / "settings.py").write_text(SETTINGS + textwrap.dedent(settings))
    urls = (URLS % out).replace("urlpatterns", textwrap.dedent(more) + "\nurlpatterns", 1)
    (folder / "urls.py").write_text(urls)
    return draw(".", folder)


def accepted(found: Map, path: str) -> Credential:
    (route,) = [each for each in found.routes if each.path == path]
    return found.credentials[route.accepts[0]]


def kinds(credential: Credential) -> tuple[str, str, str]:
    return (credential.on_revoke.kind, credential.on_account_disable.kind, credential.on_password_change.kind)


CACHE = "SESSION_ENGINE = 'django.contrib.sessions.backends.cache'\n"
AT_ONCE = ("immediate", "immediate", "immediate")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("", AT_ONCE),
        ("SESSION_ENGINE = os.environ['ENGINE']", ("unknown", "immediate", "immediate")),
        ("SESSION_ENGINE = 'shop.sessions'", ("unknown", "immediate", "immediate")),
        ("MIDDLEWARE = ['shop.Sessions']", ("unknown", "immediate", "immediate")),
        ("DATABASE_ROUTERS = ['shop.Router']", ("unknown", "unknown", "unknown")),
        ("DATABASE_ROUTERS = ['rescind.django.Router']", AT_ONCE),
        ("AUTHENTICATION_BACKENDS = os.environ['X'].split()", ("immediate", "unknown", "unknown")),
        ("AUTHENTICATION_BACKENDS = ['shop.Backend']", ("immediate", "unknown", "unknown")),
        ("AUTH_USER_MODEL = 'shop.Account'", ("immediate", "unknown", "unknown")),
        (CACHE, ("expiry", "immediate", "immediate")),
        (CACHE + "CACHES = {'default': {'BACKEND': 'shop.Cache'}}", ("unknown", "immediate", "immediate")),
        (CACHE + "CACHES = {'default': {'BACKEND': 'django.core.cache.backends.redis.RedisCache'}}", AT_ONCE),
    ],
)  # fmt: skip
def test_what_the_settings_do_not_settle_is_unknown(
    tmp_path: Path, settings: str, said: tuple[str, str, str]
) -> None:
    assert kinds(accepted(drawn(tmp_path, settings), "/me")) == said


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("request.session.flush()", "immediate"),
        ("if request.method == 'POST':\n        logout(request)", "immediate"),
        ("if settings.END:\n        logout(request)", "expiry"),
        ("response = HttpResponse()\n    response.delete_cookie('sessionid')", "expiry"),
        ("try:\n        pass\n    except ValueError:\n        logout(request)", "expiry"),
        ("queue.put(lambda: logout(request))", "expiry"),
    ],
)
def test_signing_out_counts_if_it_certainly_ends_the_session(tmp_path: Path, out: str, said: str) -> None:
    assert accepted(drawn(tmp_path, out=out), "/me").on_revoke.kind == said


def test_a_session_that_is_only_kept_longer(tmp_path: Path) -> None:
    longer = "def sign_in(request):\n    request.session.set_expiry(5_000_000)\n"
    found = accepted(drawn(tmp_path, "SESSION_COOKIE_AGE = 60", "pass", longer), "/me")
    assert (found.on_revoke.kind, found.on_revoke.seconds) == ("expiry", 5_000_000)
    signed = "SESSION_COOKIE_AGE = 60\nSESSION_ENGINE = 'django.contrib.sessions.backends.signed_cookies'"
    found = accepted(drawn(tmp_path, signed, "logout(request)", longer), "/me")
    assert (found.on_revoke.kind, found.on_revoke.seconds) == ("expiry", 60)
    again = accepted(drawn(tmp_path, "SESSION_COOKIE_AGE = 60\nSESSION_SAVE_EVERY_REQUEST = True"), "/me")
    assert again.max_lifetime_s is None


SLIDING = "'AUTH_TOKEN_CLASSES': ['rest_framework_simplejwt.tokens.SlidingToken']"


@pytest.mark.parametrize(
    ("jwt", "out", "said"),
    [
        ("", "RefreshToken(request.POST['refresh']).blacklist()", ("expiry", "immediate", "expiry")),
        (SLIDING, "request.auth.blacklist()", ("immediate", "immediate", "expiry")),
        (SLIDING, "RefreshToken(request.POST['refresh']).blacklist()", ("expiry", "immediate", "expiry")),
        (SLIDING, "RefreshToken.for_user(request.user).blacklist()", ("expiry", "immediate", "expiry")),
        (SLIDING, "token_of(request).blacklist()", ("unknown", "immediate", "expiry")),
        (SLIDING[:-1] + ", 'rest_framework_simplejwt.tokens.AccessToken']", "request.auth.blacklist()",
         ("expiry", "immediate", "expiry")),
        ("'CHECK_USER_IS_ACTIVE': os.environ['X'], 'CHECK_REVOKE_TOKEN': os.environ['Y']", "pass",
         ("expiry", "unknown", "unknown")),
        ("'CHECK_USER_IS_ACTIVE': False, 'CHECK_REVOKE_TOKEN': True", "pass",
         ("expiry", "expiry", "immediate")),
    ],
)  # fmt: skip
def test_tokens_of_simplejwt(tmp_path: Path, jwt: str, out: str, said: tuple[str, str, str]) -> None:
    found = accepted(drawn(tmp_path, f"SIMPLE_JWT = {{{jwt}}}", out), "/api")
    assert kinds(found) == said


def test_a_lifetime_that_is_set_elsewhere_is_no_default(tmp_path: Path) -> None:
    given = "SIMPLE_JWT = {'ACCESS_TOKEN_LIFETIME': timedelta(minutes=int(os.environ['MINUTES']))}"
    found = accepted(drawn(tmp_path, given), "/api")
    assert (found.on_revoke.kind, found.on_revoke.seconds, found.max_lifetime_s) == ("expiry", None, None)


HELD = """
from knox.auth import TokenAuthentication as Knox
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.authentication import SessionAuthentication, TokenAuthentication

@api_view(["GET"])
@permission_classes([IsAuthenticated])
@authentication_classes([OAuth2Authentication])
def mine(request):
    return HttpResponse()

@api_view(["POST"])
@permission_classes([IsAuthenticated])
@authentication_classes([{asked}])
def sign_out_of_it(request):
    {out}
    return HttpResponse()
urlpatterns = [path("mine", mine), path("sign-out", sign_out_of_it)]
"""


@pytest.mark.parametrize(
    ("asked", "out", "said"),
    [
        ("OAuth2Authentication", "request.auth.delete()", "immediate"),
        ("OAuth2Authentication", "request.auth.revoke()", "immediate"),
        ("SessionAuthentication, OAuth2Authentication", "request.auth.delete()", "immediate"),
        ("OAuth2Authentication", "request.auth.application.delete()", "expiry"),
        ("OAuth2Authentication", "request.auth.refresh_token.revoke()", "expiry"),
        ("TokenAuthentication", "request.auth.delete()", "expiry"),
        ("Knox", "request.auth.delete()", "expiry"),
        ("SessionAuthentication", "request.auth.delete()", "expiry"),
        ("OAuth2Authentication", "if settings.END:\n        request.auth.delete()", "expiry"),
    ],
)
def test_what_a_request_came_with_is_deleted(tmp_path: Path, asked: str, out: str, said: str) -> None:
    """Caught: a route that another kind of token signs out at being taken for one that ends this kind."""
    (tmp_path / "settings.py").write_text(SETTINGS)
    (tmp_path / "urls.py").write_text(
        URLS.partition("urlpatterns")[0] % "pass" + HELD.format(asked=asked, out=out)
    )
    assert accepted(draw(".", tmp_path), "/mine").on_revoke.kind == said
