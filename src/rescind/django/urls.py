"""Our routes: ``path("auth/", include("rescind.django.urls"))``. Names are ``rescind:sign_in`` and so on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from rescind.django.routes.view import answer
from rescind.web.surface import ROUTES

app_name = "rescind"


def _view(pattern: str) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, **params: Any) -> HttpResponse:
        return answer(request, pattern.format_map(params))

    view.__dict__.update(answer.__dict__)  # what its decorators say
    return view


urlpatterns: list[URLPattern] = [
    path(
        route.path.removeprefix("/").replace("{", "<str:").replace("}", ">"),
        _view(route.path),
        name=route.name,
    )
    for route in ROUTES
]
"""In the order of the routes, so that ``revoke`` is no handle. Another method at a path of ours is 405."""
