import json

from django.contrib.auth import authenticate, get_user_model, login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.cache import cache_page


def sign_in(request):
    given = json.loads(request.body)
    user = authenticate(request, username=given["user"], password=given["password"])
    if user is None:
        return HttpResponse(status=401)
    login(request, user)
    return HttpResponse(status=204)


@cache_page(300)
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


urlpatterns = [
    path("login", sign_in),
    path("me", me),
    path("logout", sign_out),
    path("disable/<str:who>", disable),
]
