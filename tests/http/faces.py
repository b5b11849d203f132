"""Every face of the table."""

from __future__ import annotations

from tests.http import django_sites
from tests.http.sites import on_fastapi, on_flask

FACES = {
    "fastapi": on_fastapi,
    "flask": on_flask,
    "django": django_sites.on_threads,
    "asynchronous django": django_sites.on_loop,
}
