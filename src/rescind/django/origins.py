"""``CSRF_TRUSTED_ORIGINS`` where our own rule is asked: for sockets, and without ``CsrfViewMiddleware``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.http import is_same_domain

from rescind.transport.csrf import CsrfPolicy, normal_origin

ANY = "*."
OF_SITES = ("http://", "https://")


@dataclass(frozen=True)
class TrustedOrigins(CsrfPolicy):
    """Origins, and what else Django's setting may have: patterns such as ``https://*.example.org``, and the
    pages inside of an application on a phone, such as ``capacitor://localhost``.

    Attributes:
        below: (scheme, ``.host``) of the patterns.
        inside: origins with a scheme of their own, as they are written.
    """

    below: tuple[tuple[str, str], ...] = ()
    inside: frozenset[str] = frozenset()

    @classmethod
    def of_settings(cls, **more: object) -> Self:
        """By the settings of now."""
        given = list(settings.CSRF_TRUSTED_ORIGINS)
        patterns = [urlsplit(one) for one in given if ANY in one]
        named = [one for one in given if ANY not in one]
        inside = {one for one in named if "://" in one and not one.lower().startswith(OF_SITES)}
        plain = CsrfPolicy.of([one for one in named if one not in inside]).trusted_origins
        below = tuple((one.scheme, one.netloc.removeprefix("*").lower()) for one in patterns)
        return cls(trusted_origins=plain, below=below, inside=frozenset(inside), **more)

    def trusts(self, origin: str) -> bool:
        if super().trusts(origin) or origin in self.inside:
            return True
        parts = urlsplit(normal_origin(origin) or "")
        return any(
            scheme == parts.scheme and is_same_domain(parts.netloc, host) for scheme, host in self.below
        )
