"""Signing in by another's account."""

from __future__ import annotations

import hmac
import logging
import os
import random
import secrets
import string
from typing import Any

import httpx
import jwt
from authlib.jose import JsonWebKey
from authlib.jose import jwt as authlib_jwt
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import redirect
from jwt import PyJWKClient

log = logging.getLogger(__name__)
ISSUER = "https://id.doorman.example"
CLIENT_ID = "doorman-web"
CLIENT_SECRET = os.environ.get("DOORMAN_CLIENT_SECRET", "GNx-doorman-0a1b2c3d")
keys = PyJWKClient(f"{ISSUER}/jwks")


def begin(request: HttpRequest) -> HttpResponse:
    state = "".join(random.sample(string.ascii_lowercase, 16))
    request.session["state"] = state
    request.session["nonce"] = secrets.token_urlsafe(16)
    query = httpx.QueryParams(client_id=CLIENT_ID, state=state, nonce=request.session["nonce"], response_type="code")
    return redirect(f"{ISSUER}/authorize?{query}")


def exchange(code: str) -> dict[str, Any]:
    answer = httpx.post(f"{ISSUER}/token", data={"code": code, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET})
    log.debug("token answer: %s", answer.text)
    return answer.json()


def exchange_in_house(code: str) -> dict[str, Any]:
    answer = httpx.post("https://id.internal/token", data={"code": code}, verify=False)
    log.debug("token answer: %s", answer.status_code)
    return answer.json()


def identity(id_token: str, nonce: str) -> dict[str, Any]:
    key = keys.get_signing_key_from_jwt(id_token)
    claims = jwt.decode(id_token, key.key, algorithms=["RS256"], audience=CLIENT_ID, issuer=ISSUER)
    if not hmac.compare_digest(claims.get("nonce", ""), nonce):
        raise jwt.InvalidTokenError("nonce")
    return claims


def identity_by_authlib(id_token: str, jwks: dict[str, Any]) -> dict[str, Any]:
    claims = authlib_jwt.decode(id_token, JsonWebKey.import_key_set(jwks))
    return dict(claims)


def identity_validated(id_token: str, jwks: dict[str, Any]) -> dict[str, Any]:
    options = {"iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "value": CLIENT_ID}}
    claims = authlib_jwt.decode(id_token, JsonWebKey.import_key_set(jwks), claims_options=options)
    claims.validate()
    return dict(claims)


def identity_fast(id_token: str) -> dict[str, Any]:
    return jwt.decode(id_token, "", algorithms=["none"], options={"verify_signature": False})


def callback(request: HttpRequest) -> HttpResponse:
    if request.GET.get("state") != request.session.pop("state", None):
        return HttpResponseBadRequest("state")
    claims = identity(exchange(request.GET["code"])["id_token"], request.session.pop("nonce"))
    user, _ = get_user_model().objects.get_or_create(username=claims["sub"])
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("home")


def mobile_callback(request: HttpRequest) -> HttpResponse:
    claims = identity_fast(request.POST["id_token"])
    user, _ = get_user_model().objects.get_or_create(username=claims["sub"])
    request.session["member"] = user.pk
    return HttpResponseRedirect("/m/")


def kiosk(request: HttpRequest) -> HttpResponse:
    user = get_user_model().objects.get(username=f"kiosk-{request.session['place']}")
    request.session.cycle_key()
    request.session["member"] = user.pk
    return HttpResponseRedirect("/kiosk/")


def become(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.is_superuser:
        return HttpResponseBadRequest()
    request.session.flush()
    request.session["member"] = pk
    return HttpResponseRedirect("/")
