import json

from django.contrib.auth import authenticate, get_user_model, login
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.urls import path
from django.views import View


def sign_in(request):
    given = json.loads(request.body)
    user = authenticate(request, username=given["user"], password=given["password"])
    if user is None:
        return HttpResponse(status=401)
    login(request, user)
    return HttpResponse(status=204)


class Me(View, LoginRequiredMixin):
    def get(self, request):
        if "name" not in request.session and not request.user.is_authenticated:
            return HttpResponse(status=401)
        request.session["name"] = "ada"
        return HttpResponse("ada")


def sign_out(request):
    for key in ("_auth_user_id", "_auth_user_hash"):
        request.session.pop(key, None)
    return HttpResponse(status=204)


def disable(request, who):
    user = get_user_model().objects.get(username=who)
    user.is_active = False
    user.save()
    return HttpResponse(status=204)


urlpatterns = [
    path("login", sign_in),
    path("me", Me.as_view()),
    path("logout", sign_out),
    path("disable/<str:who>", disable),
]
