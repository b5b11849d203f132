from django.db import models


class VarietyQuerySet(models.QuerySet):
    def in_week(self, week):
        return self.extra(where=["harvest_week = %s"], params=[week])


class Variety(models.Model):
    name = models.CharField(max_length=80)
    harvest_week = models.PositiveSmallIntegerField()
    price_cents = models.PositiveIntegerField()

    objects = VarietyQuerySet.as_manager()
