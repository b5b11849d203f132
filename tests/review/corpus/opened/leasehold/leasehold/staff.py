from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from leasehold.auth import StaffToken, access_token, manager
from leasehold.models import ApiKey, RefreshToken, Staff, digest

router = Router(tags=["staff"])


class SignIn(Schema):
    username: str
    password: str


class Tokens(Schema):
    access: str
    refresh: str


class Problem(Schema):
    detail: str


class Renew(Schema):
    refresh: str


class NewPassword(Schema):
    old: str
    new: str = Field(min_length=12)


class Hire(Schema):
    username: str
    password: str = Field(min_length=12)
    manager: bool = False


class KeyLabel(Schema):
    label: str


@router.post("/sign-in", response=Tokens, auth=None)
def sign_in(request, body: SignIn):
    staff = Staff.objects.filter(username=body.username, is_active=True).first()
    if staff is None:
        make_password(body.password)
        raise HttpError(401, "wrong name or password")
    if not check_password(body.password, staff.password):
        raise HttpError(401, "wrong name or password")
    return {"access": access_token(staff), "refresh": RefreshToken.issue(staff)}


@router.post("/renew", response={200: Tokens, 401: Problem}, auth=None)
@transaction.atomic
def renew(request, body: Renew):
    row = RefreshToken.objects.select_for_update().filter(digest=digest(body.refresh), ends__gt=timezone.now()).first()
    if row is None or not row.staff.is_active:
        raise HttpError(401, "sign in again")
    if row.spent:
        RefreshToken.objects.filter(staff=row.staff).update(ends=timezone.now())
        return 401, {"detail": "sign in again"}
    row.spent = True
    row.save(update_fields=["spent"])
    return {"access": access_token(row.staff), "refresh": RefreshToken.issue(row.staff)}


@router.post("/sign-out", response={204: None}, auth=StaffToken())
def sign_out(request, body: Renew):
    RefreshToken.objects.filter(staff=request.auth, digest=digest(body.refresh)).delete()
    return 204, None


@router.post("/password", response={204: None}, auth=StaffToken())
def change_password(request, body: NewPassword):
    staff = request.auth
    if not staff.check_password(body.old):
        raise HttpError(403, "that is not the present password")
    staff.set_password(body.new)
    staff.save(update_fields=["password"])
    return 204, None


@router.post("/hire", response={201: None}, auth=StaffToken())
def hire(request, body: Hire):
    boss = manager(request)
    Staff.objects.create(
        agency=boss.agency,
        username=f"{boss.agency.slug}.{body.username}",
        password=make_password(body.password),
        manager=body.manager,
    )
    return 201, None


@router.delete("/{staff_id}", response={204: None}, auth=StaffToken())
def dismiss(request, staff_id: int):
    boss = manager(request)
    leaving = get_object_or_404(Staff, pk=staff_id, agency=boss.agency)
    leaving.is_active = False
    leaving.save(update_fields=["is_active"])
    leaving.refresh_tokens.all().delete()
    return 204, None


@router.post("/keys", auth=StaffToken())
def new_key(request, body: KeyLabel):
    boss = manager(request)
    return {"key": ApiKey.issue(boss.agency, body.label)}


@router.delete("/keys/{key_id}", response={204: None}, auth=StaffToken())
def drop_key(request, key_id: int):
    boss = manager(request)
    get_object_or_404(ApiKey, pk=key_id, agency=boss.agency).delete()
    return 204, None
