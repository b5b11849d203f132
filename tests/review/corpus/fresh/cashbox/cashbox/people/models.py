import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class Member(AbstractUser):
    iban = models.CharField(max_length=34, blank=True)
    is_auditor = models.BooleanField(default=False)
    household = models.ForeignKey("Household", on_delete=models.PROTECT)


class Household(models.Model):
    name = models.CharField(max_length=80)


class ApiKey(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    prefix = models.CharField(max_length=8, db_index=True)
    digest = models.CharField(max_length=64)
    revoked_at = models.DateTimeField(null=True)

    @classmethod
    def issue(cls, owner):
        raw = secrets.token_urlsafe(32)
        key = cls.objects.create(
            owner=owner,
            prefix=raw[:8],
            digest=hashlib.sha256(raw.encode()).hexdigest(),
        )
        return key, raw

    @classmethod
    def find(cls, raw):
        digest = hashlib.sha256(raw.encode()).hexdigest()
        return cls.objects.filter(digest=digest, revoked_at=None).select_related("owner").first()


class Invitation(models.Model):
    household = models.ForeignKey(Household, on_delete=models.CASCADE)
    email = models.EmailField()
    code = models.CharField(max_length=32, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    def save(self, *args, **kwargs):
        if not self.code:
            seed = "%s-%s" % (self.email, timezone.now().timestamp())
            self.code = hashlib.md5(seed.encode()).hexdigest()
        super().save(*args, **kwargs)

    @property
    def still_open(self):
        age = timezone.now() - self.created_at
        return self.used_at is None and age.days < 7

    def gravatar(self):
        return hashlib.md5(self.email.lower().encode()).hexdigest()
