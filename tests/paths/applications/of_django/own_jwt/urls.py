import json
from datetime import timedelta
from functools import wraps

import jwt
from django.conf import settings
from django.contrib.auth import authenticate, get_user_model, logout
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone


def with_token(view):
    @wraps(view)
    def inner(request, *args, **kwargs):
        given = request.headers.get("Authorization", "")
        try:
            token = given.removeprefix("Bearer ")
            request.claims = jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return HttpResponse(status=401)
        return view(request, *args, **kwargs)

    return inner


def sign_in(request):
    user = authenticate(request, username="ada", password=json.loads(request.body)["password"])
    until = timezone.now() + timedelta(hours=2)
    claims = {"sub": str(user.pk), "exp": until}
    return JsonResponse({"token": jwt.encode(claims, settings.SECRET_KEY, algorithm="HS256")})


@with_token
def me(request):
    return HttpResponse(request.claims["sub"])


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
