import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class Practice(models.Model):
    name = models.CharField(max_length=120)
    town = models.CharField(max_length=80)


class StaffMember(AbstractUser):
    class Role(models.TextChoices):
        RECEPTION = "reception"
        NURSE = "nurse"
        VET = "vet"
        LEAD = "lead"

    practice = models.ForeignKey(Practice, models.PROTECT, related_name="staff")
    role = models.CharField(max_length=12, choices=Role, default=Role.RECEPTION)
    phone = models.CharField(max_length=30, blank=True)

    @property
    def leads(self) -> bool:
        return self.role == self.Role.LEAD


class MobileDevice(models.Model):
    staff = models.ForeignKey(StaffMember, models.CASCADE, related_name="devices")
    label = models.CharField(max_length=60)
    token_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    @classmethod
    def enrol(cls, staff: StaffMember, label: str) -> str:
        token = secrets.token_urlsafe(32)
        cls.objects.create(
            staff=staff,
            label=label[:60],
            token_digest=digest(token),
            expires_at=timezone.now() + settings.MOBILE_LOGIN_TTL,
        )
        return token


class LabKey(models.Model):
    """What the analyser of a laboratory signs in with when it delivers results."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="lab_keys")
    laboratory = models.CharField(max_length=80)
    key_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    last_used = models.DateTimeField(null=True)


class InviteQuerySet(models.QuerySet):
    def live(self):
        return self.filter(accepted_at__isnull=True, expires_at__gt=timezone.now())


class Invite(models.Model):
    practice = models.ForeignKey(Practice, models.CASCADE)
    email = models.EmailField()
    role = models.CharField(max_length=12, choices=StaffMember.Role)
    token_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    objects = InviteQuerySet.as_manager()
