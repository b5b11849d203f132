import base64
import hashlib
import pickle

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import quote_etag

from .models import Variety

COLUMNS = {"name": "v.name", "harvest": "v.harvest_week", "price": "v.price_cents"}


def index(request):
    page = render(request, "catalogue/index.html", {"varieties": Variety.objects.all()[:50]})
    page["ETag"] = quote_etag(hashlib.sha1(page.content).hexdigest())
    return page


def search(request):
    term = request.GET.get("q", "")
    found = Variety.objects.raw("SELECT * FROM catalogue_variety WHERE name ILIKE '%%" + term + "%%'")
    ranked = Variety.objects.annotate(near=RawSQL("similarity(name, %s)", (term,))).order_by("-near")[:5]
    return render(request, "catalogue/search.html", {"found": list(found), "near": ranked})


@login_required
def report(request, column):
    if column not in COLUMNS:
        raise Http404(column)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS[column]}, count(*) FROM catalogue_variety v GROUP BY 1 ORDER BY 1")
        return JsonResponse({"rows": cursor.fetchall()})


def basket(request):
    raw = request.COOKIES.get("basket")
    items = pickle.loads(base64.b64decode(raw)) if raw else {}
    answer = HttpResponse(f"{sum(items.values())} pieces")
    answer.set_cookie("fruit_of_the_day", "quince", max_age=86400)
    return answer
