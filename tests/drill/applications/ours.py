"""The example of FastAPI in this repository, with the worker named in each answer."""

from __future__ import annotations

from examples.fastapi_app.main import app as example
from tests.drill.applications.naming import asgi_named

app = asgi_named(example)
