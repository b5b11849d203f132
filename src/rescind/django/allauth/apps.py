"""The application that Django knows."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured

USER_SESSIONS = "allauth.usersessions"


class RescindAllauthConfig(AppConfig):
    """``INSTALLED_APPS += ["rescind.django.allauth"]``"""

    name = "rescind.django.allauth"
    label = "rescind_allauth"
    verbose_name = "Sessions of django-allauth by public id"

    def ready(self) -> None:
        if not apps.is_installed(USER_SESSIONS):
            raise ImproperlyConfigured(
                f'INSTALLED_APPS has "{self.name}" and no "{USER_SESSIONS}", which it is about: take one '
                "out or put the other in"
            )
        from rescind.django.allauth.user_sessions import teach

        teach()
