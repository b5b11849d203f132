"""Django's settings are there before anything of Django is imported."""

from __future__ import annotations

from tests.django.places import configure

configure()
