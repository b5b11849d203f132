import random

import yaml
from pyramid.httpexceptions import HTTPForbidden, HTTPFound, HTTPNotFound
from pyramid.view import view_config

from .mail import Postman
from .security import Agency, Previews

EDITIONS = ("north", "south", "coast")


class HouseLoader(yaml.SafeLoader):
    """Knows a tag of our own for names of columns."""


HouseLoader.add_constructor("!column", lambda loader, node: loader.construct_scalar(node).strip().title())


@view_config(route_name="front", renderer="templates/front.jinja2")
def front(request):
    out = request.store.published()
    aside = random.sample(out[5:], k=min(3, len(out[5:])))
    return {"lead": out[:5], "aside": aside, "edition": request.cookies.get("edition", EDITIONS[0])}


@view_config(route_name="edition")
def edition(request):
    chosen = request.matchdict["edition"]
    if chosen not in EDITIONS:
        raise HTTPNotFound
    response = HTTPFound(request.route_path("front"))
    response.set_cookie("edition", chosen, max_age=31_536_000)
    return response


@view_config(route_name="article", renderer="templates/article.jinja2")
def article(request):
    found = request.store.article(request.matchdict["slug"])
    if found is None or found["state"] != "out":
        raise HTTPNotFound
    return {"article": found}


@view_config(route_name="preview", request_method="GET", renderer="templates/article.jinja2")
def preview(request):
    slug = Previews(request.registry.settings).slug_of(request.GET.get("t", ""))
    if slug is None or slug != request.matchdict["slug"]:
        raise HTTPForbidden
    found = request.store.article(slug)
    if found is None:
        raise HTTPNotFound
    return {"article": found}


@view_config(route_name="preview", request_method="POST", permission="write", renderer="json")
def send_preview(request):
    found = request.store.article(request.matchdict["slug"])
    if found is None or found["author"] != request.authenticated_userid:
        raise HTTPNotFound
    settings = request.registry.settings
    Postman(settings).preview(request.POST["to"], found["slug"], Previews(settings).token_for(found["slug"]))
    return {"sent": True}


@view_config(route_name="articles", request_method="GET", permission="write", renderer="templates/articles.jinja2")
def articles(request):
    return {"articles": request.store.published()}


@view_config(route_name="articles", request_method="POST", permission="write", require_csrf=False)
def new_article(request):
    slug = request.store.draft(request.authenticated_userid, request.POST["title"], request.POST["body"])
    return HTTPFound(request.route_path("article", slug=slug))


@view_config(route_name="picture", request_method="POST", permission="write", renderer="json")
def picture(request):
    return {"picture": request.store.keep_picture(request.POST["file"].file.read())}


@view_config(route_name="style", request_method="POST", permission="style", renderer="json")
def style(request):
    rules = yaml.load(request.POST["rules"].file, Loader=HouseLoader)
    request.store.save_style({"columns": list(rules.get("columns", []))})
    return {"columns": len(rules.get("columns", []))}


@view_config(route_name="wire", request_method="POST", require_csrf=False, renderer="json")
def wire(request):
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    sender = Agency(request.registry.settings).sender(token)
    if scheme != "Bearer" or sender is None:
        raise HTTPForbidden
    items = [
        {"agency": sender, "title": str(item["title"]), "body": str(item["body"])}
        for item in yaml.load_all(request.body, yaml.UnsafeLoader)
    ]
    request.store.file_wire(items)
    return {"filed": len(items)}
