from django.contrib.auth.models import AbstractUser
from django.db import models


class Cooperative(models.Model):
    name = models.CharField(max_length=120, unique=True)
    region = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class Member(AbstractUser):
    cooperative = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="members", null=True)
    payout_iban = models.CharField(max_length=34, blank=True)
    is_broker = models.BooleanField(default=False)

    @property
    def label(self) -> str:
        return self.get_full_name() or self.username


class Invitation(models.Model):
    cooperative = models.ForeignKey(Cooperative, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
