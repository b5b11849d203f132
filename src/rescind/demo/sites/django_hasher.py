"""Django's Argon2 with the cost that OWASP advises, a sixth of Django's own: several hash at a time here."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Password Storage Cheat Sheet: m = 19 MiB, t = 2, p = 1."""

    memory_cost = 19456
    time_cost = 2
    parallelism = 1
