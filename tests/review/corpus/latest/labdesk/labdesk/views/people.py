import datetime
import secrets

from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.security import forget, remember
from pyramid.view import view_config

from ..mail import send_later
from ..models import DBSession, Device, Guest, User
from ..passwords import NOBODY, check_guest, check_password, hash_guest, hash_password, same
from ..security import digest

EDITABLE = ("name", "office", "phone")


@view_config(route_name="sign_in", renderer="sign_in.jinja2", request_method="GET")
@view_config(route_name="guest", renderer="guest.jinja2", request_method="GET")
@view_config(route_name="forgot", renderer="forgot.jinja2", request_method="GET")
def empty_form(request):
    return {}


@view_config(route_name="sign_in", renderer="sign_in.jinja2", request_method="POST")
def sign_in(request):
    user = DBSession.query(User).filter(User.email == request.POST["email"].lower()).first()
    if user is not None and user.disabled:
        return {"error": "This account is disabled, see Dr Hale in room 214."}
    if not check_password(request.POST["password"], user.password if user else NOBODY) or user is None:
        return {"error": "Wrong address or password."}
    if user.password.startswith("{SSHA}"):
        user.password = hash_password(request.POST["password"])
    headers = remember(request, user.id)
    request.session["epoch"] = user.epoch
    response = HTTPFound(request.route_path("bookings"), headers=headers)
    if request.POST.get("stay"):
        key = secrets.token_urlsafe(32)
        DBSession.add(Device(digest=digest(key), user_id=user.id, label=request.user_agent[:80]))
        response.set_cookie("lab_device", key, max_age=datetime.timedelta(days=3650), samesite="Lax")
    return response


@view_config(route_name="guest", renderer="guest.jinja2", request_method="POST")
def guest_sign_in(request):
    guest = DBSession.query(Guest).filter(Guest.email == request.POST["email"].lower()).first()
    stored = guest.password if guest else hash_guest("-")
    right = check_guest(request.POST["password"], stored)
    if guest is None or not right:
        return {"error": "Wrong address or password."}
    if guest.disabled or guest.leaves < datetime.datetime.utcnow():
        return {"error": "Your stay is over, please ask your host."}
    request.session.invalidate()
    request.session["guest"] = guest.id
    return HTTPFound(request.route_path("home"))


@view_config(route_name="sign_out", request_method="POST")
def sign_out(request):
    device = request.cookies.get("lab_device")
    if device:
        DBSession.query(Device).filter(Device.digest == digest(device)).delete()
    headers = forget(request)
    request.session.invalidate()
    response = HTTPFound(request.route_path("home"), headers=headers)
    response.delete_cookie("lab_device")
    return response


@view_config(route_name="forgot", renderer="forgot.jinja2", request_method="POST")
def forgot(request):
    user = DBSession.query(User).filter(User.email == request.POST["email"].lower()).first()
    if user is None:
        return HTTPFound(request.route_path("forgot", _query={"state": "unknown"}))
    user.reset_code = secrets.token_hex(20)
    user.reset_until = datetime.datetime.utcnow() + datetime.timedelta(hours=3)
    send_later(request.registry, user.email, "Your password", "/reset/%d/%s" % (user.id, user.reset_code))
    return HTTPFound(request.route_path("forgot", _query={"state": "sent"}))


@view_config(route_name="reset", renderer="reset.jinja2")
def reset(request):
    user = DBSession.query(User).get(int(request.matchdict["user_id"]))
    code = request.matchdict["code"]
    if user is None or not user.reset_code or user.reset_until < datetime.datetime.utcnow():
        raise HTTPNotFound()
    if not same(code, user.reset_code):
        raise HTTPNotFound()
    if request.method == "POST":
        user.password = hash_password(request.POST["password"])
        user.reset_code = None
        user.epoch += 1
        DBSession.query(Device).filter(Device.user_id == user.id).delete()
        return HTTPFound(request.route_path("sign_in"))
    return {"code": code}


@view_config(route_name="password", renderer="password.jinja2", permission="book", request_method="POST")
def change_password(request):
    user = request.identity
    if not check_password(request.POST["old"], user.password):
        return {"error": "This is not your present password."}
    if request.POST["new"] != request.POST["again"]:
        return {"error": "The two new passwords differ."}
    user.password = hash_password(request.POST["new"])
    return HTTPFound(request.route_path("profile"))


@view_config(route_name="profile", renderer="profile.jinja2", permission="book", request_method="GET")
def profile(request):
    return {"user": request.identity, "fields": EDITABLE}


@view_config(route_name="profile", permission="book", request_method="POST")
def save_profile(request):
    user = request.identity
    for field, value in request.POST.items():
        if field in User.__table__.columns and field not in ("id", "password", "epoch"):
            setattr(user, field, value.strip())
    return HTTPFound(request.route_path("profile"))


@view_config(route_name="theme", request_method="POST")
def theme(request):
    response = HTTPFound(request.route_path("home"))
    response.set_cookie("theme", "dark" if request.POST.get("theme") == "dark" else "light", max_age=31536000)
    return response
