import json

from django.contrib.auth import authenticate, get_user_model, login
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone


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
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
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
