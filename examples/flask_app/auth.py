"""The handle; each application that ``create_app`` makes has an engine of its own."""

from __future__ import annotations

from rescind.flask import Rescind

auth = Rescind(principal_id=int)
