import logging

from pyramid.csrf import new_csrf_token
from pyramid.httpexceptions import HTTPForbidden, HTTPFound, HTTPNotFound, HTTPSeeOther, HTTPUnauthorized
from pyramid.security import NO_PERMISSION_REQUIRED, forget, remember
from pyramid.view import forbidden_view_config, view_config, view_defaults
from sqlalchemy import func, select, text

from .model import Delivery, Supplier

log = logging.getLogger("quarry.portal")
STRANGER = Supplier()
STRANGER.set_secret("a stranger at the gate")


def delivery_of(request):
    found = request.db.get(Delivery, int(request.matchdict["number"]))
    if found is None:
        raise HTTPNotFound()
    return found


@view_config(route_name="login", request_method="POST", renderer="json")
def login(request):
    supplier = request.db.execute(select(Supplier).filter_by(number=request.POST["number"])).scalar()
    fits = (supplier or STRANGER).fits(request.POST["secret"])
    if not supplier or not fits:
        request.response.status = 401
        return {"error": "number or secret is wrong"}
    request.session.invalidate()
    headers = remember(request, supplier.id)
    new_csrf_token(request)
    return HTTPSeeOther(request.route_url("notice"), headers=headers)


@view_config(route_name="login_badge", request_method="POST", renderer="json")
def login_badge(request):
    supplier = request.db.execute(select(Supplier).filter_by(number=request.POST["number"])).scalar()
    if supplier is None or supplier.badge != request.POST["badge"]:
        log.info("badge of %s refused", request.POST["number"])
        raise HTTPUnauthorized()
    request.session["supplier"] = supplier.id
    return {"ok": True}


@view_config(route_name="logout", request_method="POST")
def logout(request):
    request.session.invalidate()
    return HTTPFound("/", headers=forget(request))


@view_config(route_name="delivery", renderer="json")
def delivery(request):
    found = delivery_of(request)
    if not request.has_permission("view", found):
        raise HTTPForbidden()
    return {"note": found.note, "reference": found.reference}


@view_config(route_name="delivery_edit", request_method="POST", renderer="json")
def edit(request):
    found = delivery_of(request)
    found.note = request.POST["note"]
    return {"ok": True}


@view_config(route_name="notice", renderer="json", permission=NO_PERMISSION_REQUIRED)
def notice(request):
    rows = request.db.execute(text("SELECT body FROM notices WHERE lang = :lang"), {"lang": request.GET.get("lang", "en")})
    return [row.body for row in rows]


@view_config(route_name="lost", request_method="POST", renderer="json")
def lost(request):
    supplier = request.db.execute(
        select(Supplier).where(func.lower(Supplier.email) == request.POST["email"].lower())
    ).scalar_one_or_none()
    if not supplier:
        return {"sent": False, "why": "no supplier has this address"}
    supplier.new_badge()
    request.post_later(supplier.email, "badge.txt", number=supplier.number)
    return {"sent": True}
