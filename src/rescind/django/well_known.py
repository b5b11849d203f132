"""Where verifiers look for the keys of signed tokens: ``path("", include("rescind.django.well_known"))``."""

from __future__ import annotations

from django.urls import path

from rescind.django.routes.view import keys
from rescind.web.jwks import PATH

app_name = "rescind_well_known"
urlpatterns = [path(PATH.removeprefix("/"), keys, name="jwks")]
