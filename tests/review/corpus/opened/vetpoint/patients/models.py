from django.conf import settings
from django.db import models


class Keeper(models.Model):
    practice = models.ForeignKey("accounts.Practice", models.CASCADE)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=30)


class Animal(models.Model):
    practice = models.ForeignKey("accounts.Practice", models.CASCADE, related_name="animals")
    keeper = models.ForeignKey(Keeper, models.CASCADE, related_name="animals")
    name = models.CharField(max_length=60)
    species = models.CharField(max_length=40)
    chip = models.CharField(max_length=15, blank=True)
    born = models.DateField(null=True)
    regular_vet = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)


class Visit(models.Model):
    animal = models.ForeignKey(Animal, models.CASCADE, related_name="visits")
    vet = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    day = models.DateField()
    findings = models.TextField(blank=True)


class Prescription(models.Model):
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="prescriptions")
    drug = models.CharField(max_length=120)
    dose = models.CharField(max_length=60)
    withdrawn = models.BooleanField(default=False)


class Attachment(models.Model):
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to="attachments/%Y/")


class LabResult(models.Model):
    animal = models.ForeignKey(Animal, models.CASCADE, related_name="lab_results")
    laboratory = models.CharField(max_length=80)
    values = models.JSONField()
    received = models.DateTimeField(auto_now_add=True)
