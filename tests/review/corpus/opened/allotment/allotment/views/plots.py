from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound
from pyramid.view import view_config, view_defaults

CONTACT = ("phone", "street", "town")


@view_config(route_name="me", request_method="GET", permission="garden", renderer="json")
def me(request):
    return {name: request.identity.get(name) for name in ("name", "email", *CONTACT)}


@view_config(route_name="me", request_method="PUT", permission="garden", renderer="json")
def change_me(request):
    changes = {name: value for name, value in request.json_body.items() if not name.startswith(("_", "$"))}
    changes.pop("password", None)
    request.db.members.update_one({"_id": request.identity["_id"]}, {"$set": changes})
    return {"saved": sorted(changes)}


@view_config(route_name="me_contact", request_method="PUT", permission="garden", renderer="json")
def change_contact(request):
    given = request.json_body
    changes = {name: str(given[name])[:80] for name in CONTACT if name in given}
    if not changes:
        raise HTTPBadRequest()
    request.db.members.update_one({"_id": request.identity["_id"]}, {"$set": changes})
    return {"saved": sorted(changes)}


@view_config(route_name="plots", request_method="GET", permission="garden", renderer="../templates/plots.jinja2")
def plots(request):
    return {"plots": list(request.db.plots.find({"tenant": request.identity["_id"]}).sort("number"))}


@view_defaults(permission="garden", renderer="json")
class PlotViews:
    def __init__(self, request):
        self.request = request
        self.plots = request.db.plots
        self.number = request.matchdict["number"]

    def rented(self):
        plot = self.plots.find_one({"number": self.number, "tenant": self.request.identity["_id"]})
        if plot is None:
            raise HTTPNotFound()
        return plot

    @view_config(route_name="plot", request_method="GET")
    def show(self):
        plot = self.rented()
        return {"number": plot["number"], "size": plot["size"], "crops": plot.get("crops", [])}

    @view_config(route_name="plot_crops", request_method="PUT")
    def sow(self):
        crops = [str(crop)[:40] for crop in self.request.json_body["crops"]][:60]
        plot = self.rented()
        self.plots.update_one({"_id": plot["_id"]}, {"$set": {"crops": crops}})
        return {"crops": crops}

    @view_config(route_name="plot_water", request_method="POST")
    def meter(self):
        """The tenant reads the meter of the plot once a month."""
        litres = int(self.request.json_body["litres"])
        done = self.plots.update_one({"number": self.number}, {"$push": {"meter": litres}})
        if not done.matched_count:
            raise HTTPNotFound()
        return {"litres": litres}
