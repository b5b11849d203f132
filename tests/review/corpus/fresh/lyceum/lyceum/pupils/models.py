import hashlib
import hmac
import itertools
import secrets
import string
import time

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from hashids import Hashids

from lyceum.conf import conf

_counter = itertools.count(int(time.time()))
_ids = Hashids(salt="lyceum", min_length=8)


def pseudonym(name):
    return hmac.new(conf.hash_key.encode(), name.encode(), hashlib.sha256).hexdigest()[:12]


class Person(AbstractUser):
    school = models.ForeignKey("School", null=True, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, default="pupil")
    parent_pin = models.CharField(max_length=128, blank=True)
    calendar_key = models.CharField(max_length=40, blank=True)

    def set_parent_pin(self, pin):
        self.parent_pin = make_password(pin)

    def set_short_pin(self, pin):
        self.parent_pin = make_password(pin, salt="lyceum", hasher="md5")

    def check_parent_pin(self, pin):
        return check_password(pin, self.parent_pin)

    def new_calendar_key(self):
        self.calendar_key = secrets.token_urlsafe(24)
        return self.calendar_key


class School(models.Model):
    name = models.CharField(max_length=100)


class ParentAccess(models.Model):
    """What a parent's phone holds."""

    pupil = models.ForeignKey(Person, on_delete=models.CASCADE)
    token = models.CharField(max_length=80, unique=True)
    made_at = models.DateTimeField(default=timezone.now)

    @classmethod
    def open(cls, pupil):
        token = _ids.encode(pupil.pk, next(_counter))
        return cls.objects.create(pupil=pupil, token=token)


class Grade(models.Model):
    pupil = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grades")
    teacher = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="given")
    subject = models.CharField(max_length=40)
    value = models.PositiveSmallIntegerField()

    @property
    def code(self):
        return _ids.encode(self.pk)
