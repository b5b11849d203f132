import hashlib
import random
import string
from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string


def digest_of(token):
    return hashlib.sha256(b"hall:" + token.encode()).hexdigest()


class Member(AbstractUser):
    street = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=30, blank=True)


class Room(models.Model):
    name = models.CharField(max_length=60, unique=True)
    seats = models.PositiveIntegerField()
    hourly = models.DecimalField(max_digits=6, decimal_places=2)

    def __str__(self):
        return self.name


class Booking(models.Model):
    room = models.ForeignKey(Room, on_delete=models.PROTECT)
    booked_by = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="bookings")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    purpose = models.CharField(max_length=200)
    door_code = models.CharField(max_length=8, blank=True)

    class Meta:
        ordering = ["starts"]

    def give_door_code(self):
        """The code that opens the front door from a quarter of an hour before."""
        self.door_code = "".join(random.choices(string.digits, k=8))
        self.save(update_fields=["door_code"])
        return self.door_code

    def clashes(self):
        others = Booking.objects.filter(room=self.room, starts__lt=self.ends, ends__gt=self.starts)
        return others.exclude(pk=self.pk).exists()


class Caretaker(models.Model):
    """Works the tablet by the door; has no account on the site itself."""

    name = models.CharField(max_length=60, unique=True)
    secret = models.CharField(max_length=100)
    on_duty = models.BooleanField(default=True)

    def choose_password(self, typed):
        self.secret = hashlib.sha256(typed.encode("utf-8")).hexdigest()
        self.save(update_fields=["secret"])


class Poster(models.Model):
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE)
    picture = models.FileField(upload_to="posters/")
    checksum = models.CharField(max_length=32, db_index=True)

    def remember_checksum(self):
        md5 = hashlib.md5()
        for chunk in self.picture.chunks():
            md5.update(chunk)
        self.checksum = md5.hexdigest()


class OpenInvitations(models.QuerySet):
    def open(self):
        return self.filter(accepted_at=None, sent_at__gt=timezone.now() - timedelta(days=7))


class Invitation(models.Model):
    email = models.EmailField()
    token_digest = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)

    objects = OpenInvitations.as_manager()

    @classmethod
    def send_to(cls, email):
        token = get_random_string(32)
        cls.objects.create(email=email, token_digest=digest_of(token))
        return token


class ResetLink(models.Model):
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    token_digest = models.CharField(max_length=64, unique=True)
    valid_until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    @classmethod
    def issue(cls, member):
        token = get_random_string(40)
        cls.objects.create(
            member=member,
            token_digest=digest_of(token),
            valid_until=timezone.now() + timedelta(hours=2),
        )
        return token


class Outbox(models.Model):
    """Letters that a job sends every minute."""

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    sent_at = models.DateTimeField(null=True)
