from django.contrib.auth.models import AbstractUser
from django.db import models


class Skipper(AbstractUser):
    class Rank(models.TextChoices):
        GUEST = "guest", "Guest"
        MEMBER = "member", "Member"
        COMMODORE = "commodore", "Commodore"

    guild_number = models.CharField(max_length=12, unique=True, null=True)
    phone = models.CharField(max_length=30, blank=True)
    rank = models.CharField(max_length=12, choices=Rank.choices, default=Rank.GUEST)
    newsletter = models.BooleanField(default=False)

    @property
    def is_commodore(self):
        return self.rank == self.Rank.COMMODORE


class Warden(models.Model):
    """Works at the quay on a shared tablet, without an account of the site."""

    name = models.CharField(max_length=80)
    badge = models.CharField(max_length=12, unique=True)
    pin = models.CharField(max_length=128)
    harbour = models.ForeignKey("marina.Harbour", on_delete=models.CASCADE, related_name="badges")


class CrewInvitation(models.Model):
    boat = models.ForeignKey("marina.Boat", on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80)
    expires = models.DateTimeField()
    used = models.BooleanField(default=False)
