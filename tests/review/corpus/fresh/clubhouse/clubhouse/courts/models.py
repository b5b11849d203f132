from django.conf import settings
from django.db import models
from django.db.models.expressions import RawSQL


class BookingQuerySet(models.QuerySet):
    def with_wait(self, kind):
        return self.annotate(wait=RawSQL("SELECT avg(minutes) FROM waits WHERE kind = '%s'" % kind, ()))

    def with_rank(self, member):
        return self.annotate(rank=RawSQL("SELECT rank FROM ranks WHERE member_id = %s", (member.pk,)))


class Booking(models.Model):
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    court = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()

    objects = BookingQuerySet.as_manager()
