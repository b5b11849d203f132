"""What we tell others, and what others tell us."""

import logging
from datetime import date

import httpx
from django.conf import settings
from django.utils.crypto import constant_time_compare
from ninja import Router, Schema
from ninja.security import HttpBearer

from leasehold.models import Agency, Resident

log = logging.getLogger("leasehold.hooks")
router = Router(tags=["hooks"])


def tell(agency: Agency, kind: str, content: dict) -> None:
    if not agency.hook_url:
        return
    headers = {"Authorization": f"Bearer {agency.hook_bearer}", "X-Event": kind}
    try:
        answer = httpx.post(agency.hook_url, json=content, headers=headers, timeout=5)
    except httpx.HTTPError:
        log.exception("hook of %s not delivered: %s", agency.slug, headers)
        return
    log.info("hook of %s delivered: %s %s", agency.pk, headers["X-Event"], answer.status_code)


class Bank(HttpBearer):
    def authenticate(self, request, token):
        return token in settings.BANK_TOKENS


class Gate(HttpBearer):
    def authenticate(self, request, token):
        return any([constant_time_compare(token, known) for known in settings.GATE_TOKENS])


class Payment(Schema):
    resident: int
    until: date


@router.post("/payments", response={204: None}, auth=Bank())
def paid(request, body: Payment):
    Resident.objects.filter(pk=body.resident).update(paid_until=body.until)
    return 204, None


@router.get("/may-park/{resident_id}", auth=Gate())
def may_park(request, resident_id: int):
    resident = Resident.objects.filter(pk=resident_id).first()
    return {"open": bool(resident and resident.paid_until and resident.paid_until >= date.today())}
