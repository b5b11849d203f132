from __future__ import annotations

import hashlib
import random
import secrets
import string
from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class Organisation(models.Model):
    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)


class User(AbstractUser):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True)
    role = models.CharField(max_length=20, default="clerk")

    @property
    def may_close_books(self) -> bool:
        return self.role in {"accountant", "owner"}


class Customer(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="customers")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    portal_enabled = models.BooleanField(default=False)


class Invoice(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invoices")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    number = models.CharField(max_length=32)
    total_cents = models.BigIntegerField(default=0)
    issued = models.DateField(auto_now_add=True)
    paid = models.BooleanField(default=False)


class Attachment(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to="attachments/")
    note = models.TextField(blank=True)

    def checksum(self) -> str:
        return hashlib.md5(self.file.read()).hexdigest()


class ApiKey(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    label = models.CharField(max_length=80)
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()

    @classmethod
    def issue(cls, user: User, label: str) -> tuple[ApiKey, str]:
        plain = "lgy_" + secrets.token_urlsafe(32)
        row = cls.objects.create(
            user=user,
            label=label,
            prefix=plain[4:12],
            digest=hashlib.sha256(plain.encode()).hexdigest(),
            expires=timezone.now() + timedelta(days=90),
        )
        return row, plain


def invitation_code(length: int = 20) -> str:
    alphabet = string.ascii_letters + string.digits
    return "".join(random.choice(alphabet) for _ in range(length))


class Invitation(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    email = models.EmailField()
    code = models.CharField(max_length=40, default=invitation_code)
    expires = models.DateTimeField()
    used = models.BooleanField(default=False)


class PortalLink(models.Model):
    """Lets a customer of an organisation look at their invoices without a password."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, db_index=True)
    created = models.DateTimeField(auto_now_add=True)

    @classmethod
    def issue(cls, customer: Customer) -> str:
        token = secrets.token_hex(24)
        cls.objects.create(customer=customer, digest=hashlib.sha256(token.encode()).hexdigest())
        return token
