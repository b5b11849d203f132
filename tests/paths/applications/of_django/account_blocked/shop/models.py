from django.contrib.auth.models import AbstractUser
from django.db import models


class Account(AbstractUser):
    blocked = models.BooleanField(default=False)
