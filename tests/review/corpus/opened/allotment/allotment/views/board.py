from datetime import UTC, datetime

from bson import ObjectId
from pyramid.httpexceptions import HTTPNotFound
from pyramid.view import view_config, view_defaults

from ..tasks import dues_letters


@view_config(route_name="dues", request_method="GET", permission="ledger", renderer="../templates/dues.jinja2")
def dues(request):
    year = int(request.GET.get("year", datetime.now(UTC).year))
    return {"dues": list(request.db.dues.find({"year": year}))}


@view_config(route_name="dues_waive", request_method="POST", renderer="json")
def waive(request):
    member = ObjectId(request.matchdict["member"])
    done = request.db.dues.update_many({"member": member, "paid": False}, {"$set": {"paid": True, "waived": True}})
    return {"waived": done.modified_count}


@view_config(route_name="dues_reminders", request_method="POST", permission="ledger", renderer="json")
def remind(request):
    dues_letters.send(datetime.now(UTC).year)
    return {"message": "The letters are being written."}


@view_defaults(permission="allocate", renderer="json")
class Waiting:
    """Who waits for a plot, in the order in which they came."""

    def __init__(self, request):
        self.request = request
        self.list = request.db.waiting

    @view_config(route_name="waiting", request_method="GET")
    def queue(self):
        return [{"id": str(e["_id"]), "name": e["name"]} for e in self.list.find().sort("since")]

    @view_config(route_name="waiting_entry", request_method="DELETE")
    def strike(self):
        gone = self.list.delete_one({"_id": ObjectId(self.request.matchdict["entry"])})
        if not gone.deleted_count:
            raise HTTPNotFound()
        return {"struck": True}
