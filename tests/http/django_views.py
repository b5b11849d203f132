"""The application of the table as a Django project: its views, synchronous and asynchronous."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.contrib.auth import alogin, alogout, get_user_model, login, logout
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.urls import include, path

from rescind.django import optional, require, session_of

BYTES = "application/octet-stream"


def count(who: Any) -> Iterator[bytes]:
    yield from (f"{who}-{number}\n".encode() for number in range(3))


def you(request: HttpRequest) -> JsonResponse:
    session = session_of(request)
    return JsonResponse({"you": session.principal_id if session else None})


def by(request: HttpRequest) -> JsonResponse:
    session = session_of(request)
    return JsonResponse({"by": session and session.principal_id})


def public(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"public": True})


def plain(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"done": True})


def sign_in(request: HttpRequest, who: int) -> JsonResponse:
    login(request, get_user_model().objects.get(pk=who))
    return JsonResponse({"welcome": who})


@require()
def sign_out(request: HttpRequest) -> JsonResponse:
    who = request.user.pk
    logout(request)
    return JsonResponse({"bye": who})


@require()
def numbers(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(count(request.user.pk), content_type=BYTES)


async def ayou(request: HttpRequest) -> JsonResponse:
    return you(request)


async def aby(request: HttpRequest) -> JsonResponse:
    return by(request)


async def asign_in(request: HttpRequest, who: int) -> JsonResponse:
    await alogin(request, await get_user_model().objects.aget(pk=who))
    return JsonResponse({"welcome": who})


@require()
async def asign_out(request: HttpRequest) -> JsonResponse:
    who = (await request.auser()).pk
    await alogout(request)
    return JsonResponse({"bye": who})


@require()
async def anumbers(request: HttpRequest) -> StreamingHttpResponse:
    who = (await request.auser()).pk

    async def parts() -> AsyncIterator[bytes]:
        for part in count(who):
            yield part

    return StreamingHttpResponse(parts(), content_type=BYTES)


SHARED = [
    path("public", public),
    path("plain", plain),
    path("auth/", include("rescind.django.urls")),
    path("", include("rescind.django.well_known")),
]


class Threads:
    """``ROOT_URLCONF`` of the synchronous site."""

    urlpatterns = (
        path("me", require()(you)),
        path("strict", require(strict=True)(you)),
        path("maybe", optional()(you)),
        path("payouts", require(role="finance", fresh="5m")(by)),
        path("login/<int:who>", sign_in),
        path("logout", sign_out),
        path("numbers", numbers),
        *SHARED,
    )


class Loops:
    """``ROOT_URLCONF`` of the asynchronous one."""

    urlpatterns = (
        path("me", require()(ayou)),
        path("strict", require(strict=True)(ayou)),
        path("maybe", optional()(ayou)),
        path("payouts", require(role="finance", fresh="5m")(aby)),
        path("login/<int:who>", asign_in),
        path("logout", asign_out),
        path("numbers", anumbers),
        *SHARED,
    )
