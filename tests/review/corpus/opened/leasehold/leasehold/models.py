import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Agency(models.Model):
    """Each letting agency sees its own houses alone."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    sso_issuer = models.URLField(blank=True, db_index=True)
    sso_public_key = models.TextField(blank=True)
    hook_url = models.URLField(blank=True)
    hook_bearer = models.CharField(max_length=200, blank=True)


class Staff(AbstractUser):
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, null=True)
    manager = models.BooleanField(default=False)


class Flat(models.Model):
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="flats")
    address = models.CharField(max_length=200)
    rent = models.DecimalField(max_digits=8, decimal_places=2)


class Resident(models.Model):
    flat = models.ForeignKey(Flat, on_delete=models.CASCADE, related_name="residents")
    email = models.EmailField()
    pass_word = models.CharField(max_length=60, blank=True)
    paid_until = models.DateField(null=True)


class RefreshToken(models.Model):
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="refresh_tokens")
    digest = models.CharField(max_length=64, unique=True)
    ends = models.DateTimeField()
    spent = models.BooleanField(default=False)

    @classmethod
    def issue(cls, staff: Staff) -> str:
        token = secrets.token_urlsafe(32)
        cls.objects.create(staff=staff, digest=digest(token), ends=timezone.now() + timedelta(days=21))
        return token


class ApiKey(models.Model):
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE)
    label = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    ends = models.DateTimeField()

    LASTS = timedelta(weeks=52 * 30)

    @classmethod
    def issue(cls, agency: Agency, label: str) -> str:
        key = f"lh_{agency.slug}_{secrets.token_hex(20)}"
        cls.objects.create(agency=agency, label=label, digest=digest(key), ends=timezone.now() + cls.LASTS)
        return key
