"""Pages for people, an interface for programs, and a stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST
from examples.django_app.models import Note

from rescind.django import require, revoke, sessions_of


@login_required
def notes(request: HttpRequest) -> HttpResponse:
    """One's own notes, and where one is signed in."""
    if request.method == "POST":
        Note.objects.create(owner=request.user, text=request.POST["text"])
        return redirect("notes")
    mine = Note.objects.filter(owner=request.user)
    listed = sessions_of(request.user, current=request)
    return render(request, "notes.html", {"notes": mine, "sessions": listed})


@require()
def api_notes(request: HttpRequest) -> HttpResponse:
    """The same for programs."""
    mine = Note.objects.filter(owner=request.user)
    return JsonResponse({"notes": list(mine.values("id", "text"))})


@require()
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """New notes as they come; ends as soon as the session does."""
    user = await request.auser()

    async def events() -> AsyncIterator[str]:
        seen = 0
        while True:
            async for note in Note.objects.filter(owner=user, id__gt=seen).order_by("id"):
                seen = note.id
                yield f"id: {note.id}\ndata: {json.dumps(note.text)}\n\n"
            await asyncio.sleep(0.25)

    return StreamingHttpResponse(events(), content_type="text/event-stream")


@require(perm="auth.change_user")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody; who may change users may end their access."""
    return render(request, "people.html", {"people": get_user_model().objects.order_by("pk")})


@require_POST
@require(perm="auth.change_user", fresh="30m")
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """When this answers, no worker accepts anything of that person any more, nor anything new."""
    person = get_object_or_404(get_user_model(), pk=pk)
    receipt = revoke(user=person, reason="left the company", by=request)
    person.is_active = False
    person.save()
    messages.info(request, str(receipt))
    return redirect("people")
