import binascii
import os
import random
from hashlib import md5

from django.conf import settings
from django.db import models
from django.utils import timezone


def short_token():
    return binascii.hexlify(os.urandom(3)).decode()


def long_token():
    return binascii.hexlify(os.urandom(20)).decode()


def letters():
    rng = random.SystemRandom()
    return "".join(rng.choice("ABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(20))


class HarbourToken(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    prefix = models.CharField(max_length=8)
    secret = models.CharField(max_length=64, default=long_token)
    created = models.DateTimeField(auto_now_add=True)


class GateLink(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    token = models.CharField(max_length=6, default=short_token)
    used = models.BooleanField(default=False)


class Berth(models.Model):
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="berths")
    number = models.PositiveIntegerField(unique=True)
    length = models.DecimalField(max_digits=5, decimal_places=2)
    updated = models.DateTimeField(default=timezone.now)

    @property
    def etag(self):
        return md5(f"{self.pk}:{self.updated.isoformat()}".encode()).hexdigest()

    def shuffle_neighbours(self):
        numbers = list(range(self.number - 3, self.number + 4))
        random.shuffle(numbers)
        return numbers
