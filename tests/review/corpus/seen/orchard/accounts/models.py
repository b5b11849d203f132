from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class Member(AbstractUser):
    email = models.EmailField(unique=True)
    newsletter = models.BooleanField(default=False)
    public_id = models.UUIDField(default=uuid.uuid4, editable=False)

    def gravatar(self, size: int = 80) -> str:
        digest = hashlib.md5(self.email.lower().encode()).hexdigest()
        return f"https://www.gravatar.com/avatar/{digest}?s={size}"


class Invitation(models.Model):
    email = models.EmailField()
    code = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)

    def save(self, *args, **kwargs):
        if not self.code:
            self.code = uuid.uuid1().hex
        super().save(*args, **kwargs)


class ApiKey(models.Model):
    owner = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="api_keys")
    prefix = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    revoked = models.DateTimeField(null=True)

    @classmethod
    def issue(cls, owner: Member) -> tuple[ApiKey, str]:
        prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        digest = hashlib.sha256(secret.encode()).hexdigest()
        return cls.objects.create(owner=owner, prefix=prefix, digest=digest), f"{prefix}.{secret}"

    def matches(self, secret: str) -> bool:
        if self.revoked is not None and self.revoked <= timezone.now():
            return False
        return hmac.compare_digest(hashlib.sha256(secret.encode()).hexdigest(), self.digest)
