import hashlib
from datetime import UTC, datetime

from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.security import forget, remember
from pyramid.view import view_config

from ..passwords import hashed, matches
from ..tasks import reset_letter


@view_config(route_name="home", renderer="../templates/home.jinja2")
def home(request):
    return {"news": list(request.db.news.find().sort("day", -1).limit(5))}


@view_config(route_name="login", request_method="GET", renderer="../templates/login.jinja2")
def login_form(request):
    return {"error": None}


@view_config(route_name="login", request_method="POST", renderer="../templates/login.jinja2")
def login(request):
    email = request.POST.get("email", "").strip().lower()
    member = request.db.members.find_one({"email": email})
    if not matches(member, request.POST.get("password", "")):
        request.response.status_int = 401
        return {"error": "E-mail or password is wrong."}
    if member.get("suspended"):
        request.response.status_int = 403
        return {"error": "Your membership is suspended. Please talk to the chair."}
    headers = remember(request, str(member["_id"]), epoch=member.get("epoch", 0))
    return HTTPFound(request.route_path("plots"), headers=headers)


@view_config(route_name="board_login", request_method="GET", renderer="../templates/board_login.jinja2")
def board_form(request):
    return {"error": None}


@view_config(route_name="board_login", request_method="POST", renderer="../templates/board_login.jinja2")
def board_login(request):
    """The board signs in by the number of the member."""
    member = request.db.members.find_one({"number": request.POST.get("number", "")})
    if member and not member.get("offices"):
        request.response.status_int = 403
        return {"error": "This member has no office."}
    if not matches(member, request.POST.get("password", "")):
        request.response.status_int = 401
        return {"error": "Number or password is wrong."}
    request.session.invalidate()
    headers = remember(request, str(member["_id"]), epoch=member.get("epoch", 0))
    return HTTPFound(request.route_path("dues"), headers=headers)


@view_config(route_name="forgotten", request_method="POST", renderer="json")
def forgotten(request):
    email = request.POST.get("email", "").strip().lower()
    reset_letter.send(email)
    return {"message": "If this is a member's address, a letter will come."}


@view_config(route_name="reset", request_method="POST", renderer="json")
def reset(request):
    digest = hashlib.sha256(request.matchdict["code"].encode()).hexdigest()
    found = request.db.resets.find_one_and_delete({"digest": digest, "until": {"$gt": datetime.now(UTC)}})
    if found is None:
        raise HTTPNotFound()
    if len(request.POST.get("password", "")) < 12:
        request.response.status_int = 400
        return {"error": "At least twelve characters; ask for another letter."}
    request.db.members.update_one(
        {"_id": found["member"]},
        {"$set": {"password": hashed(request.POST["password"])}, "$inc": {"epoch": 1}},
    )
    return {"message": "Saved."}


@view_config(route_name="logout", request_method="POST")
def logout(request):
    request.session.invalidate()
    return HTTPFound(request.route_path("home"), headers=forget(request))
