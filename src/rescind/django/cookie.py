"""Django's session cookie as the HTTP rules see it: ``SESSION_COOKIE_*`` decide."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from rescind.transport.cookie import CookiePolicy


@dataclass(frozen=True, slots=True)
class SessionCookie(CookiePolicy):
    """Named and flagged as the settings say, with or without a prefix: the system checks speak of that."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "needle", self.name.encode("ascii") + b"=")

    @classmethod
    def of_settings(cls) -> SessionCookie:
        """By the settings of now."""
        return cls(name=settings.SESSION_COOKIE_NAME, secure=bool(settings.SESSION_COOKIE_SECURE))

    @property
    def is_dev(self) -> bool:
        """Never: whether plain HTTP is meant is for ``SESSION_COOKIE_SECURE`` to say."""
        return False
