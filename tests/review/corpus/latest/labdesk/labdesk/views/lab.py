import datetime
import hashlib
import hmac
import json
import random
import string

import yaml
from pyramid.httpexceptions import HTTPForbidden, HTTPFound, HTTPNotFound
from pyramid.response import Response
from pyramid.view import view_config, view_defaults

from ..models import Booking, DBSession, Instrument, Reading, Voucher
from ..reports import as_csv, usage, usage_of_room


@view_config(route_name="home", renderer="home.jinja2")
def home(request):
    """The screen in the corridor shows it too."""
    found = DBSession.query(Instrument).filter(Instrument.retired.is_(False)).order_by(Instrument.name)
    return {"instruments": found.all(), "day": datetime.date.today()}


@view_config(route_name="instruments", permission="keep", request_method="POST")
def add_instrument(request):
    item = Instrument(name=request.POST["name"], room=request.POST["room"], serial=request.POST["serial"])
    DBSession.add(item)
    return HTTPFound(request.route_path("home"))


@view_config(route_name="instrument", permission="keep", request_method="POST")
def edit_instrument(request):
    item = DBSession.query(Instrument).get(int(request.matchdict["id"]))
    if item is None:
        raise HTTPNotFound()
    item.name, item.room = request.POST["name"], request.POST["room"]
    return HTTPFound(request.route_path("home"))


@view_config(route_name="retire", request_method="POST")
def retire_instrument(request):
    item = DBSession.query(Instrument).get(int(request.matchdict["id"]))
    if item is None:
        raise HTTPNotFound()
    item.retired = True
    DBSession.query(Booking).filter(Booking.instrument_id == item.id).delete()
    return HTTPFound(request.route_path("home"))


@view_defaults(route_name="booking", permission="book")
class BookingViews(object):
    def __init__(self, request):
        self.request = request
        self.booking = (
            DBSession.query(Booking)
            .filter(Booking.id == int(request.matchdict["id"]), Booking.user_id == request.identity.id)
            .first()
        )
        if self.booking is None:
            raise HTTPNotFound()

    @view_config(request_method="GET", renderer="booking.jinja2")
    def show(self):
        return {"booking": self.booking}

    @view_config(request_method="POST", require_csrf=False)
    def move(self):
        self.booking.start = datetime.datetime.strptime(self.request.POST["start"], "%Y-%m-%dT%H:%M")
        self.booking.hours = int(self.request.POST["hours"])
        return HTTPFound(self.request.route_path("bookings"))

    @view_config(request_method="DELETE", renderer="json")
    def cancel(self):
        DBSession.delete(self.booking)
        return {"cancelled": self.booking.id}


@view_config(route_name="bookings", permission="book", renderer="bookings.jinja2", request_method="GET")
def bookings(request):
    mine = DBSession.query(Booking).filter(Booking.user_id == request.identity.id)
    return {"bookings": mine.order_by(Booking.start).all()}


@view_config(route_name="bookings", permission="book", request_method="POST")
def book(request):
    DBSession.add(
        Booking(
            user_id=request.identity.id,
            instrument_id=int(request.POST["instrument"]),
            start=datetime.datetime.strptime(request.POST["start"], "%Y-%m-%dT%H:%M"),
            hours=int(request.POST.get("hours", 1)),
            purpose=request.POST.get("purpose", ""),
        )
    )
    return HTTPFound(request.route_path("bookings"))


@view_config(route_name="voucher", permission="keep", renderer="json", request_method="POST")
def voucher(request):
    """Whoever types it at the clean room's door comes in until midnight."""
    code = "".join(random.sample(string.ascii_lowercase + string.digits, 16))
    midnight = datetime.datetime.combine(datetime.date.today(), datetime.time.max)
    DBSession.add(Voucher(digest=hashlib.sha256(code.encode("ascii")).hexdigest(), until=midnight))
    return {"code": code, "colour": random.choice(["red", "green", "blue"])}


@view_config(route_name="usage", permission="keep")
def usage_csv(request):
    if "room" in request.GET:
        rows = usage_of_room(request.GET["room"])
    else:
        rows = usage("b.start >= '%s'" % request.GET.get("since", "2000-01-01"))
    body = as_csv(rows)
    tag = hashlib.md5(body.encode("utf-8")).hexdigest()
    if request.headers.get("If-None-Match") == tag:
        return Response(status=304)
    return Response(body, content_type="text/csv", charset="utf-8", headers=[("ETag", tag)])


@view_config(route_name="protocol", permission="book", renderer="json", request_method="POST")
def protocol(request):
    """A measuring protocol as the spectrometer's program exports it."""
    upload = request.POST["file"]
    if upload.filename.endswith(".json"):
        steps = json.load(upload.file)
    else:
        steps = yaml.load(upload.file, Loader=yaml.UnsafeLoader)
    return {"steps": len(steps["steps"]), "name": steps.get("name")}


@view_config(route_name="reading", renderer="json", request_method="POST", require_csrf=False)
def reading(request):
    """Instruments send values and sign them."""
    sent = request.headers.get("X-Instrument-Mac", "")
    key = request.registry.settings["labdesk.instrument_key"]
    mac = hmac.new(key.encode("ascii"), request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(mac.encode("ascii"), sent.encode("utf-8")):
        raise HTTPForbidden()
    data = yaml.safe_load(request.body)
    DBSession.add(Reading(serial=str(data["serial"]), value=str(data["value"])))
    return {"stored": True}


@view_config(route_name="feedback", renderer="json", request_method="POST")
def feedback(request):
    """The link in the mail after a booking carries its own signature."""
    booking_id = int(request.POST["booking"])
    expected = hmac.new(request.registry.form_key.encode("ascii"), b"feedback:%d" % booking_id, hashlib.sha256)
    if not hmac.compare_digest(expected.hexdigest().encode(), request.POST["sig"].encode("utf-8")):
        raise HTTPForbidden()
    booking = DBSession.query(Booking).get(booking_id)
    if booking is None or booking.start < datetime.datetime.utcnow() - datetime.timedelta(days=14):
        raise HTTPNotFound()
    booking.purpose = (booking.purpose or "") + "\n" + request.POST["text"][:500]
    return {"thanks": True}
