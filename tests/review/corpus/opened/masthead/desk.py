"""What the people of the desk do: enter, leave, get a new password."""

import threading

from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.security import forget, remember
from pyramid.view import view_config

from .mail import Postman


@view_config(route_name="sign_in", request_method="GET", renderer="templates/sign_in.jinja2")
def sign_in_form(request):
    return {"wrong": False}


@view_config(route_name="sign_in", request_method="POST", renderer="templates/sign_in.jinja2")
def sign_in(request):
    name = request.POST.get("name", "")
    if not request.store.enters(name, request.POST.get("password", "")):
        request.response.status = 401
        return {"wrong": True}
    return HTTPFound(request.route_url("articles"), headers=remember(request, name))


@view_config(route_name="sign_out", request_method="POST")
def sign_out(request):
    return HTTPFound(request.route_url("sign_in"), headers=forget(request))


@view_config(route_name="forgotten", request_method="POST", renderer="templates/forgotten.jinja2")
def forgotten(request):
    person = request.store.person(request.POST.get("name", ""))
    if person is not None:
        token = request.store.open_reset(person)
        postman = Postman(request.registry.settings)
        threading.Thread(target=postman.new_password, args=(person, token), daemon=True).start()
    return {}


@view_config(route_name="new_password", request_method="GET", renderer="templates/new_password.jinja2")
def new_password_form(request):
    return {}


@view_config(route_name="new_password", request_method="POST")
def new_password(request):
    password = request.POST.get("password", "")
    if len(password) < 12:
        return HTTPFound(request.path)
    name = request.store.redeem_reset(request.matchdict["token"])
    if name is None:
        raise HTTPNotFound
    request.store.set_password(name, password)
    return HTTPFound(request.route_url("sign_in"))
