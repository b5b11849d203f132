from functools import wraps

from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.utils.crypto import get_random_string
from shop.models import Key


def keyed(view):
    @wraps(view)
    def inner(request, *args, **kwargs):
        given = request.headers.get("X-API-Key")
        key = Key.objects.filter(digest=given).first()
        if key is None:
            return HttpResponse(status=401)
        request.key = key
        return view(request, *args, **kwargs)

    return inner


def sign_in(request):
    key = Key.objects.create(digest=get_random_string(40), owner="ada")
    return JsonResponse({"key": key.digest})


@keyed
def me(request):
    return HttpResponse(request.key.owner)


@keyed
def sign_out(request):
    Key.objects.filter(digest=request.headers.get("X-API-Key")).delete()
    return HttpResponse(status=204)


urlpatterns = [
    path("login", sign_in),
    path("me", me),
    path("logout", sign_out),
]
