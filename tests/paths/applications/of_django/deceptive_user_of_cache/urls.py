import json

from django.contrib.auth import authenticate, get_user_model, login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import path


def sign_in(request):
    given = json.loads(request.body)
    user = authenticate(request, username=given["user"], password=given["password"])
    if user is None:
        return HttpResponse(status=401)
    login(request, user)
    return HttpResponse(status=204)


@login_required
def me(request):
    return HttpResponse(request.user.get_username())


def sign_out(request):
    logout(request)
    return HttpResponse(status=204)


def disable(request, who):
    user = get_user_model().objects.get(username=who)
    user.is_active = False
    user.save()
    return HttpResponse(status=204)


@login_required
def change_password(request):
    request.user.set_password(request.GET["new"])
    request.user.save()
    return HttpResponse(status=204)


urlpatterns = [
    path("login", sign_in),
    path("me", me),
    path("logout", sign_out),
    path("disable/<str:who>", disable),
    path("password", change_password),
]
