import json

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.urls import path


def sign_in(request):
    request.session["member"] = json.loads(request.body)["user"]
    return HttpResponse(status=204)


def me(request):
    if "member" not in request.session:
        return HttpResponse(status=401)
    return HttpResponse(request.session["member"])


def sign_out(request):
    request.session.flush()
    return HttpResponse(status=204)


def disable(request, who):
    user = get_user_model().objects.get(username=who)
    user.is_active = False
    user.save()
    return HttpResponse(status=204)


urlpatterns = [
    path("login", sign_in),
    path("me", me),
    path("logout", sign_out),
    path("disable/<str:who>", disable),
]
