from datetime import date

from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from ninja.errors import HttpError

from leasehold.auth import AgencyKey, ReportToken, SsoToken, StaffToken
from leasehold.hooks import tell
from leasehold.models import Flat, Resident

router = Router(tags=["houses"])


class FlatOut(Schema):
    id: int
    address: str
    rent: float


class NewResident(Schema):
    email: str
    pass_word: str


class LookIn(Schema):
    flat: int
    pass_word: str


@router.get("/flats", response=list[FlatOut], auth=[StaffToken(), SsoToken()])
def flats(request):
    return Flat.objects.filter(agency=request.auth.agency).order_by("address")


@router.get("/export", response=list[FlatOut], auth=AgencyKey())
def export(request):
    return request.auth.flats.order_by("pk")


@router.get("/{slug}/rents", auth=ReportToken())
def rents(request, slug: str):
    rows = request.auth.flats.values_list("pk", "rent")
    return [{"flat": pk, "rent": float(rent)} for pk, rent in rows]


@router.post("/flats/{flat_id}/residents", response={201: None}, auth=StaffToken())
def move_in(request, flat_id: int, body: NewResident):
    flat = get_object_or_404(Flat, pk=flat_id, agency=request.auth.agency)
    resident = Resident.objects.create(flat=flat, email=body.email, pass_word=body.pass_word)
    tell(flat.agency, "resident.moved_in", {"flat": flat.pk, "resident": resident.pk})
    return 201, None


@router.post("/paid-until", auth=None)
def paid_until(request, body: LookIn):
    """Residents have no account: the flat and the word they chose show how far the rent is paid."""
    resident = Resident.objects.filter(flat_id=body.flat, pass_word=body.pass_word).exclude(pass_word="").first()
    if resident is None:
        raise HttpError(404, "nothing found")
    return {"paid_until": resident.paid_until or date.min}
