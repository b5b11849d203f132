from datetime import datetime
from hashlib import sha1

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Legt Zugänge für ein neues Quartal an."

    def handle(self, *namen, **optionen):
        jetzt = datetime.now().strftime("%Y%m%d%H%M")
        for name in namen:
            kennwort = sha1(f"{name}{jetzt}".encode()).hexdigest()[:10]
            User.objects.create_user(name, password=kennwort)
            self.stdout.write(f"{name}: angelegt")

    def add_arguments(self, parser):
        parser.add_argument("namen", nargs="+")
