from django.contrib.auth.hashers import make_password
from django.db import models

from billing.models import Customer


class PortalPin(models.Model):
    customer = models.OneToOneField(Customer, on_delete=models.CASCADE)
    hash = models.CharField(max_length=200)

    def set_pin(self, pin: str) -> None:
        self.hash = make_password(pin)
        self.save(update_fields=["hash"])


class Preference(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    language = models.CharField(max_length=5, default="en")
