import json

from django.contrib.auth import authenticate, get_user_model, login
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LogoutView
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


class Me(LoginRequiredMixin, View):
    def get(self, request):
        return HttpResponse(request.user.get_username())


def disable(request, who):
    user = get_user_model().objects.get(username=who)
    user.is_active = False
    user.save()
    return HttpResponse(status=204)


urlpatterns = [
    path("login", sign_in),
    path("me", Me.as_view()),
    path("logout", LogoutView.as_view(next_page="/login")),
    path("disable/<str:who>", disable),
]
