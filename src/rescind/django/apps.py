"""The application that Django knows: label ``rescind``, and what it does when tables are made."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

LABEL = "rescind"


class RescindConfig(AppConfig):
    """``INSTALLED_APPS += ["rescind.django"]``"""

    name = "rescind.django"
    label = LABEL
    verbose_name = "Sessions and revocation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rescind.django.checks import register_checks
        from rescind.django.schema.signals import after_migrate, before_migrate
        from rescind.django.watching import watch

        register_checks()
        pre_migrate.connect(before_migrate, sender=self, dispatch_uid="rescind.before_migrate")
        post_migrate.connect(after_migrate, sender=self, dispatch_uid="rescind.after_migrate")
        watch()
