"""Django Ninja: what the school's app calls."""
from __future__ import annotations

import hmac
import logging
from datetime import timedelta
from typing import Any

import jwt
from django.contrib.auth import aauthenticate, alogin, alogout, authenticate, login
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import ModelSchema, NinjaAPI, Router, Schema
from ninja.errors import HttpError
from ninja.security import APIKeyHeader, HttpBearer, django_auth

from lyceum.conf import conf

from .models import Grade, ParentAccess, Person

log = logging.getLogger("lyceum.api")


class Staff(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        try:
            claims = jwt.decode(token, conf.need("staff_key"), algorithms=["HS256"], audience="staff")
        except jwt.InvalidTokenError:
            return None
        return Person.objects.filter(pk=claims["sub"], kind="teacher", is_active=True).first()


class Parent(APIKeyHeader):
    param_name = "X-Lyceum-Token"

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:
        access = ParentAccess.objects.select_related("pupil").filter(token=key).first()
        return access.pupil if access else None


class PersonOut(ModelSchema):
    class Meta:
        model = Person
        fields = ["id", "first_name", "last_name"]


class PersonPatch(ModelSchema):
    class Meta:
        model = Person
        fields = ["first_name", "last_name", "kind"]
        fields_optional = "__all__"


class PinIn(Schema):
    username: str
    pin: str


api = NinjaAPI()
teachers = Router(auth=Staff())
parents = Router(auth=Parent())
own = Router(auth=django_auth)
open_ = Router()


@teachers.post("/staff-token", auth=django_auth)
def staff_token(request: HttpRequest) -> dict[str, str]:
    now = timezone.now()
    claims = {"sub": str(request.user.pk), "aud": "staff", "iat": now, "exp": now + timedelta(hours=8)}
    return {"token": jwt.encode(claims, conf.need("staff_key"), "HS256")}


@teachers.get("/pupils/{pk}", response=PersonOut)
def pupil(request: HttpRequest, pk: int) -> Person:
    return get_object_or_404(Person, pk=pk, school=request.auth.school)


@teachers.put("/grades/{pk}")
def change_grade(request: HttpRequest, pk: int, value: int) -> dict[str, Any]:
    grade = get_object_or_404(Grade, pk=pk)
    grade.value = value
    grade.save(update_fields=["value"])
    return {"ok": True}


@teachers.post("/pupils/{pk}/expel")
def expel(request: HttpRequest, pk: int) -> dict[str, Any]:
    pupil = get_object_or_404(Person, pk=pk, school=request.auth.school)
    pupil.is_active = False
    pupil.save(update_fields=["is_active"])
    return {"ok": True}


@parents.get("/grades")
def grades(request: HttpRequest) -> list[dict[str, Any]]:
    return [{"subject": g.subject, "value": g.value} for g in request.auth.grades.all()]


@parents.get("/grades/{pupil_id}")
def grades_of(request: HttpRequest, pupil_id: int) -> list[dict[str, Any]]:
    found = Grade.objects.filter(pupil_id=pupil_id)
    return [{"subject": g.subject, "value": g.value} for g in found]


@own.patch("/me")
def patch_me(request: HttpRequest, data: PersonPatch) -> dict[str, Any]:
    for name, value in data.dict(exclude_unset=True).items():
        setattr(request.user, name, value)
    request.user.save()
    return {"ok": True}


@open_.post("/parents/open")
def open_parent(request: HttpRequest, data: PinIn) -> dict[str, str]:
    pupil = Person.objects.filter(username=data.username).first()
    if pupil is None:
        raise HttpError(404, "There is no pupil with this name.")
    if not pupil.check_parent_pin(data.pin):
        raise HttpError(403, "The PIN is wrong.")
    access = ParentAccess.open(pupil)
    log.info("access %s opened for pupil %s", access.pk, pseudonym_of(pupil))
    return {"token": access.token}


@open_.post("/login")
def sign_in(request: HttpRequest, data: PinIn) -> dict[str, Any]:
    person = authenticate(request, username=data.username, password=data.pin)
    if person is None:
        raise HttpError(401, "Name or password is wrong.")
    login(request, person)
    return {"id": person.pk}


@open_.post("/login/kiosk")
def sign_in_kiosk(request: HttpRequest, data: PinIn) -> dict[str, Any]:
    person = authenticate(request, username=data.username, password=data.pin)
    if person is None:
        raise HttpError(401, "Name or password is wrong.")
    request.session["kiosk_person"] = person.pk
    request.session.set_expiry(3600)
    return {"id": person.pk}


@open_.post("/login/library")
def sign_in_library(request: HttpRequest, data: PinIn) -> dict[str, Any]:
    person = authenticate(request, username=data.username, password=data.pin)
    if person is None:
        raise HttpError(401, "Name or password is wrong.")
    request.session.flush()
    request.session["library_person"] = person.pk
    return {"id": person.pk}


@open_.get("/search")
def search(request: HttpRequest, q: str, school: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM clubs WHERE school_id = {school} AND name LIKE %s", [f"%{q}%"])
        names = cursor.fetchall()
        cursor.execute("SELECT name FROM events WHERE school_id = %s AND title LIKE '%%" + q + "%%'", [school])
        return names + cursor.fetchall()


def pseudonym_of(person: Person) -> str:
    from .models import pseudonym

    return pseudonym(person.username)


api.add_router("/teachers", teachers)
api.add_router("/parents", parents)
api.add_router("/own", own)
api.add_router("/", open_)
