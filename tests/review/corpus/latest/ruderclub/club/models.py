from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.utils import timezone


def a_week_from_now():
    return timezone.now() + timedelta(days=7)


class Member(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    number = models.CharField(max_length=12, unique=True)
    pin = models.CharField(max_length=64, blank=True)
    chip = models.CharField(max_length=64, unique=True, null=True, blank=True)
    locker_code = models.CharField(max_length=128, blank=True)
    address_confirmed = models.BooleanField(default=False)
    board = models.BooleanField(default=False)

    def __str__(self):
        return f"{self.number} {self.user.get_full_name()}"

    def set_locker_code(self, code):
        self.locker_code = make_password(code)

    def opens_locker(self, code):
        return check_password(code, self.locker_code)


class Boat(models.Model):
    name = models.CharField(max_length=60)
    seats = models.PositiveSmallIntegerField(default=1)
    blocked = models.BooleanField(default=False)
    built = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Reservation(models.Model):
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="reservations")
    boat = models.ForeignKey(Boat, on_delete=models.CASCADE)
    start = models.DateTimeField()
    end = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)


class Trip(models.Model):
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    boat = models.ForeignKey(Boat, on_delete=models.CASCADE)
    kilometres = models.PositiveIntegerField()
    day = models.DateField(auto_now_add=True)


class Damage(models.Model):
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    boat = models.ForeignKey(Boat, on_delete=models.CASCADE)
    text = models.TextField()
    photo_sum = models.CharField(max_length=32, blank=True)


class GuestPass(models.Model):
    host = models.ForeignKey(Member, on_delete=models.CASCADE)
    email = models.EmailField()
    code = models.CharField(max_length=12)
    until = models.DateTimeField(default=a_week_from_now)


class Fee(models.Model):
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    reference = models.CharField(max_length=40, unique=True)
    cents = models.PositiveIntegerField()
    paid = models.BooleanField(default=False)
