from django.db import models


class Key(models.Model):
    digest = models.CharField(max_length=64)
    owner = models.CharField(max_length=50)
    revoked = models.BooleanField(default=False)
