"""Notes. Whose they are is a user of Django's."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Note(models.Model):
    """One note."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    text = models.TextField()

    def __str__(self) -> str:
        return str(self.text)
