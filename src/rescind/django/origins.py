"""``CSRF_TRUSTED_ORIGINS`` where our own rule is asked: for sockets, and without ``CsrfViewMiddleware``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.http import is_same_domain

from rescind.transport.csrf import CsrfPolicy, normal_origin

ANY = "*."


@dataclass(frozen=True)
class TrustedOrigins(CsrfPolicy):
    """Origins, and patterns such as ``https://*.example.org``, which Django's setting may have.

    Attributes:
        below: (scheme, ``.host``) of the patterns.
    """

    below: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_settings(cls, **more: object) -> Self:
        """By the settings of now."""
        given = list(settings.CSRF_TRUSTED_ORIGINS)
        patterns = [urlsplit(one) for one in given if ANY in one]
        plain = CsrfPolicy.of([one for one in given if ANY not in one]).trusted_origins
        below = tuple((one.scheme, one.netloc.removeprefix("*").lower()) for one in patterns)
        return cls(trusted_origins=plain, below=below, **more)

    def trusts(self, origin: str) -> bool:
        if super().trusts(origin):
            return True
        parts = urlsplit(normal_origin(origin) or "")
        return any(
            scheme == parts.scheme and is_same_domain(parts.netloc, host) for scheme, host in self.below
        )
