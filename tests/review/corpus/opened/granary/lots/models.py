from __future__ import annotations

from django.db import models

from accounts.models import Cooperative, Member

from .fingerprints import fingerprint


class LotQuerySet(models.QuerySet):
    def visible_to(self, member: Member) -> LotQuerySet:
        if member.is_broker:
            return self.filter(published=True)
        return self.filter(cooperative_id=member.cooperative_id)


class Lot(models.Model):
    cooperative = models.ForeignKey(Cooperative, on_delete=models.PROTECT)
    reference = models.CharField(max_length=24)
    crop = models.CharField(max_length=24)
    harvest = models.PositiveSmallIntegerField()
    tonnes = models.DecimalField(max_digits=9, decimal_places=3)
    published = models.BooleanField(default=False)
    content_key = models.CharField(max_length=64, editable=False)

    objects = LotQuerySet.as_manager()

    def save(self, *args, **kwargs) -> None:
        self.content_key = fingerprint(self.reference, self.crop, self.harvest, self.tonnes)
        super().save(*args, **kwargs)


class Terminal(models.Model):
    """A weighbridge; whoever stands at it types the keeper's PIN."""

    cooperative = models.ForeignKey(Cooperative, on_delete=models.CASCADE)
    place = models.CharField(max_length=60)
    keeper_pin = models.CharField(max_length=64, blank=True)
    unlocked_until = models.DateTimeField(null=True, blank=True)

    def set_pin(self, pin: str) -> None:
        self.keeper_pin = fingerprint(pin)
        self.save(update_fields=["keeper_pin"])

    def check_pin(self, pin: str) -> bool:
        return bool(self.keeper_pin) and self.keeper_pin == fingerprint(pin)


class Reading(models.Model):
    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE)
    kilograms = models.PositiveIntegerField()
    taken_at = models.DateTimeField()
