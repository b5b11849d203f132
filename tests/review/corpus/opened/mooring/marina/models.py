from django.conf import settings
from django.db import models
from django.db.models import Q


class Harbour(models.Model):
    name = models.CharField(max_length=80)
    town = models.CharField(max_length=80)
    wardens = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="harbours", blank=True)


class Boat(models.Model):
    skipper = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="boats")
    name = models.CharField(max_length=80)
    length_cm = models.PositiveIntegerField()
    callsign = models.CharField(max_length=12, blank=True)
    retired = models.BooleanField(default=False)


class StayQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(Q(boat__skipper=user) | Q(harbour__wardens=user)).distinct()

    def current(self):
        return self.filter(departed__isnull=True)


class Stay(models.Model):
    boat = models.ForeignKey(Boat, on_delete=models.CASCADE, related_name="stays")
    harbour = models.ForeignKey(Harbour, on_delete=models.CASCADE, related_name="stays")
    berth = models.CharField(max_length=8)
    arrived = models.DateTimeField(null=True, blank=True)
    departed = models.DateTimeField(null=True, blank=True)

    objects = StayQuerySet.as_manager()


class Invoice(models.Model):
    stay = models.OneToOneField(Stay, on_delete=models.PROTECT)
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invoices")
    cents = models.PositiveIntegerField()
    paid = models.BooleanField(default=False)


class Paper(models.Model):
    """Insurance, measurement and registration of a boat."""

    boat = models.ForeignKey(Boat, on_delete=models.CASCADE, related_name="papers")
    title = models.CharField(max_length=80)
    scan = models.FileField(upload_to="papers/")
    valid_until = models.DateField()
    acknowledged = models.DateTimeField(null=True, blank=True)
