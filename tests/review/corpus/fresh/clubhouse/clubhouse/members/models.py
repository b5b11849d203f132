import secrets
import string
from random import SystemRandom

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac

ALPHABET = string.ascii_uppercase + string.digits
_chance = SystemRandom()


def door_code():
    return "".join(_chance.choice(ALPHABET) for _ in range(10))


def share_token():
    return get_random_string(32)


def guest_code():
    now = timezone.now()
    return "%X%03d" % (int(now.timestamp()), now.microsecond // 1000)


class Member(AbstractUser):
    phone = models.CharField(max_length=30, blank=True)
    door_code = models.CharField(max_length=10, default=door_code)
    share_token = models.CharField(max_length=32, default=share_token)


class Guest(models.Model):
    host = models.ForeignKey(Member, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    code = models.CharField(max_length=20, default=guest_code)


class Device(models.Model):
    """A browser that is remembered."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=43, unique=True)
    label = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    @classmethod
    def remember(cls, member, label):
        device = cls.objects.create(member=member, key=secrets.token_urlsafe(32), label=label[:80])
        return device.key

    @property
    def seal(self):
        return salted_hmac("device", self.key).hexdigest()
