"""A small site: what the tests of ``rescind.django`` ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from django.contrib import admin, messages
from django.contrib.auth import alogin, alogout, get_user_model, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import include, path
from django.views import View

from rescind.django import RequireMixin, arevoke, optional, require, revoke, session_of, sessions_of


def sign_in(request: HttpRequest) -> HttpResponse:
    user = get_user_model().objects.get(username=request.POST["username"])
    if not user.check_password(request.POST["password"]):
        return HttpResponse(status=403)
    login(request, user)
    return HttpResponse(request.session.session_key)


def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponse("out")


@login_required
def me(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username())


def who(request: HttpRequest) -> JsonResponse:
    session = session_of(request)
    return JsonResponse({"id": session and session.id, "user": session and session.principal_id})


def basket(request: HttpRequest) -> JsonResponse:
    if request.method == "POST":
        request.session.setdefault("basket", []).append(request.POST["item"])
        request.session.modified = True
    return JsonResponse(request.session.get("basket", []), safe=False)


def untouched(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@require()
def guarded(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username())


@require(perm="auth.change_user", fresh="5m")
def payout(request: HttpRequest) -> HttpResponse:
    return HttpResponse("paid")


class Guarded(RequireMixin, View):
    require_fresh = "5m"

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("here")


class AsyncGuarded(RequireMixin, View):
    async def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("here")


@require()
async def aguarded(request: HttpRequest) -> HttpResponse:
    user = await request.auser()
    return HttpResponse(user.get_username())


async def abasket(request: HttpRequest) -> JsonResponse:
    if request.method == "POST":
        await request.session.aset("basket", [request.POST["item"]])
    return JsonResponse(await request.session.aget("basket", []), safe=False)


async def asign_in(request: HttpRequest) -> HttpResponse:
    user = await get_user_model().objects.aget(username=request.POST["username"])
    await alogin(request, user)
    return HttpResponse(request.session.session_key)


async def asign_out(request: HttpRequest) -> HttpResponse:
    await alogout(request)
    return HttpResponse("out")


@require(perm="auth.change_user")
def leave(request: HttpRequest, pk: int) -> JsonResponse:
    receipt = revoke(user=get_user_model().objects.get(pk=pk), reason="left the company", by=request)
    return JsonResponse(receipt.to_dict())


@require()
async def aleave(request: HttpRequest, pk: int) -> JsonResponse:
    user = await get_user_model().objects.aget(pk=pk)
    return JsonResponse((await arevoke(user=user, reason="left the company")).to_dict())


def leave_in_transaction(request: HttpRequest, pk: int) -> JsonResponse:
    """``?fail`` rolls back."""
    user = get_user_model().objects.get(pk=pk)
    try:
        with transaction.atomic():
            receipt = revoke(user=user, reason="left the company")
            inside = receipt.state
            if "fail" in request.GET:
                raise ValueError
    except ValueError:
        pass
    return JsonResponse({"inside": inside, "after": receipt.state})


@login_required
def devices(request: HttpRequest) -> JsonResponse:
    listed = sessions_of(request.user, current=request)
    return JsonResponse(
        [{"id": one.id, "current": one.current, "label": one.label} for one in listed], safe=False
    )


@login_required
def new_password(request: HttpRequest) -> HttpResponse:
    request.user.set_password(request.POST["password"])
    request.user.save()
    if "stay" in request.GET:
        update_session_auth_hash(request, request.user)
    return HttpResponse("changed")


def say(request: HttpRequest) -> HttpResponse:
    messages.info(request, "hello")
    return HttpResponse("said")


def said(request: HttpRequest) -> JsonResponse:
    return JsonResponse([str(message) for message in messages.get_messages(request)], safe=False)


@require()
def stream(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[bytes]:
        for number in range(100):
            yield f"{number}\n".encode()

    return StreamingHttpResponse(parts())


@require()
async def astream(request: HttpRequest) -> StreamingHttpResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"0\n"
        await asyncio.sleep(60)
        yield b"1\n"

    return StreamingHttpResponse(parts())


def broken(request: HttpRequest) -> HttpResponse:
    session_key = request.session.session_key
    return HttpResponse(str(1 // (len(session_key or "") * 0)))


@optional()
def maybe(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username())


urlpatterns = [
    path("admin/", admin.site.urls),
    path("sign-in", sign_in),
    path("sign-out", sign_out),
    path("me", me),
    path("who", who),
    path("basket", basket),
    path("untouched", untouched),
    path("guarded", guarded),
    path("payout", payout),
    path("class", Guarded.as_view()),
    path("aclass", AsyncGuarded.as_view()),
    path("aguarded", aguarded),
    path("abasket", abasket),
    path("asign-in", asign_in),
    path("asign-out", asign_out),
    path("leave/<int:pk>", leave),
    path("aleave/<int:pk>", aleave),
    path("leave-in-transaction/<int:pk>", leave_in_transaction),
    path("devices", devices),
    path("new-password", new_password),
    path("say", say),
    path("said", said),
    path("stream", stream),
    path("astream", astream),
    path("broken", broken),
    path("maybe", maybe),
    path("auth/", include("rescind.django.urls")),
]
