"""``RESCIND`` itself, read as the engine reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks

from rescind.config import make_settings
from rescind.django.config import read_config
from rescind.errors import ConfigurationError


def check_values(app_configs: Any = None, **_: Any) -> Sequence[checks.CheckMessage]:
    """``E003``: an unknown key, or a value that cannot work."""
    try:
        make_settings("sqlite:///db", **read_config(settings).engine)
    except ConfigurationError as error:
        return [checks.Error(f"{error}.", hint=HINT, id="rescind.E003")]
    return []


HINT = "Change it in settings.RESCIND; {} has all defaults."
