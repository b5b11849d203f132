"""django-ninja on top of Django's sessions, with an identity provider beside it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, authenticate, get_user_model, login
from django.contrib.sessions.models import Session
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from joserfc import jwt
from ninja import NinjaAPI, Router, Schema
from ninja.security import APIKeyHeader, HttpBearer, django_auth

User = get_user_model()
TEN_YEARS = timedelta(days=3652)


class Bearer(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Any:
        try:
            return User.objects.get(pk=signing.loads(token, salt="api"))
        except (signing.BadSignature, User.DoesNotExist):
            return None


class Internal(APIKeyHeader):
    param_name = "X-Internal"

    def authenticate(self, request: HttpRequest, key: str | None) -> str | None:
        return key if key == settings.INTERNAL_KEY else None


class Partner(APIKeyHeader):
    param_name = "X-Partner"

    def authenticate(self, request: HttpRequest, key: str | None) -> str | None:
        wanted = settings.PARTNER_KEY
        return key if key and secrets.compare_digest(key.encode(), wanted.encode()) else None


class Credentials(Schema):
    name: str
    password: str


class NewEmail(Schema):
    user: int
    email: str


api = NinjaAPI(csrf=False, auth=django_auth)
machines = Router(auth=Partner())
people = Router()


@api.post("/sign-in", auth=None)
def sign_in(request: HttpRequest, given: Credentials) -> dict[str, bool]:
    user = authenticate(request, username=given.name, password=given.password)
    if user is None:
        return {"ok": False}
    login(request, user)
    request.session.set_expiry(timedelta(hours=10))
    return {"ok": True}


@api.post("/sign-in/proxy", auth=None)
def sign_in_by_proxy(request: HttpRequest, response: HttpResponse) -> dict[str, bool]:
    assertion = jwt.decode(request.headers["X-Assertion"], settings.PROXY_KEY, algorithms=["ES256"])
    jwt.JWTClaimsRegistry(exp={"essential": True}).validate(assertion.claims)
    user = User.objects.get(username=assertion.claims["sub"])
    request.session[SESSION_KEY] = str(user.pk)
    request.session.set_expiry(TEN_YEARS)
    response.set_cookie("portico_user", signing.dumps(user.pk, salt="api"), max_age=86400, secure=True)
    return {"ok": True}


@people.post("/switch")
def switch(request: HttpRequest, user: int) -> dict[str, int]:
    if not request.user.is_superuser:
        return {"user": request.user.pk}
    kept = request.session.get("language")
    request.session.flush()
    request.session[SESSION_KEY] = str(user)
    request.session["language"] = kept
    return {"user": user}


@people.put("/email")
def email(request: HttpRequest, given: NewEmail) -> dict[str, str]:
    User.objects.filter(pk=given.user).update(email=given.email)
    return {"email": given.email}


@people.put("/name")
def name(request: HttpRequest, name: str) -> dict[str, str]:
    User.objects.filter(pk=request.user.pk).update(first_name=name)
    return {"name": name}


@machines.post("/suspend")
def suspend(request: HttpRequest, user: int) -> dict[str, int]:
    User.objects.filter(pk=user).update(is_active=False)
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get(SESSION_KEY) == str(user):
            session.delete()
    return {"user": user}


@machines.post("/password")
def password(request: HttpRequest, user: int, value: str) -> dict[str, int]:
    person = User.objects.get(pk=user)
    person.password = value
    person.save(update_fields=["password"])
    return {"user": user}


api.add_router("/people", people)
api.add_router("/machines", machines)
