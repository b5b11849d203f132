"""A Django project: who asks is told who they are, and by which process."""

from __future__ import annotations

import os
from typing import Any

from django.contrib.auth import authenticate, get_user_model, login, logout
from django.contrib.auth.decorators import login_required, user_passes_test
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from rescind.django import require


def seen(user: Any) -> dict[str, Any]:
    return {"you": user.get_username(), "pid": os.getpid()}


@require()
def me(request: HttpRequest) -> HttpResponse:
    return JsonResponse(seen(request.user))


@require()
async def ame(request: HttpRequest) -> HttpResponse:
    return JsonResponse(seen(await request.auser()))


@login_required
def plain(request: HttpRequest) -> HttpResponse:
    return JsonResponse(seen(request.user))


@login_required
def facts(request: HttpRequest) -> HttpResponse:
    """Asks no more than who it is."""
    return JsonResponse({"you": request.user.pk, "pid": os.getpid()})


@user_passes_test(lambda user: user.is_staff)
def staff(request: HttpRequest) -> HttpResponse:
    return JsonResponse(seen(request.user))


@require(role="admin")
def admin(request: HttpRequest) -> HttpResponse:
    return JsonResponse(seen(request.user))


@api_view(["GET"])
@permission_classes([IsAuthenticated])
def api(request: Any) -> Response:
    return Response(seen(request.user))


def sign_in(request: HttpRequest) -> HttpResponse:
    user = authenticate(request, username=request.POST["username"], password=request.POST["password"])
    if user is None:
        return HttpResponse(status=403)
    login(request, user)
    return HttpResponse(request.session.session_key)


def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponse("out")


def new_password(request: HttpRequest) -> HttpResponse:
    user = get_user_model().objects.get(pk=request.user.pk)
    user.set_password(request.POST["password"])
    user.save()
    return HttpResponse("changed")


wsgi, asgi = get_wsgi_application(), get_asgi_application()
urlpatterns = [
    path("me", me),
    path("ame", ame),
    path("plain", plain),
    path("facts", facts),
    path("staff", staff),
    path("admin", admin),
    path("api", api),
    path("sign-in", sign_in),
    path("sign-out", sign_out),
    path("new-password", new_password),
    path("auth/", include("rescind.django.urls")),
]
